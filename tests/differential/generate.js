// Random chains over the whole inventory, reproducible by seed.
'use strict';

// mulberry32: small, and the same everywhere.
function random(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

class Generator {
	constructor(seed) {
		this.random = random(seed);
		this.description = { nodes: [], functions: [], expect: [] };
	}

	below(n) { return Math.floor(this.random() * n); }
	between(low, high) { return low + this.below(high - low + 1); }
	chance(p) { return this.random() < p; }
	pick(list) { return list[this.below(list.length)]; }

	// ---- encoded arguments

	number(low, high) { return { literal: this.between(low, high) }; }
	literal() { return { literal: this.pick([0, 1, 2, 7, 'a', 'b', 'x', true, false]) }; }
	get test() { return { scheduler: 'test' }; }
	maybe(...args) { return this.chance(0.5) ? args : []; }
	config(object) { return { config: object }; }
	flag() { return { literal: this.chance(0.5) }; }

	fn(kind, more = {}) {
		const rule = { kind, salt: this.below(10), ...more };
		if (this.chance(0.06) && kind !== 'error' && kind !== 'nothing') rule.throws = this.below(3);
		this.description.functions.push(rule);
		return { function: this.description.functions.length - 1 };
	}

	// A function that gives one of a few observables, the next of them at each call, and at last EMPTY.
	project(limit = 12, make = () => this.inner()) {
		const pool = [];
		for (let i = this.between(1, 3); i > 0; i--) pool.push(make());
		return this.fn('project', { pool, limit });
	}

	// For those that ask for the next as soon as one has fired: each takes its time, and the last never comes.
	closing() {
		const make = () => this.add({ cold: '-' + this.marbles(this.between(0, 4), 'n', '|') });
		const pool = Array.from({ length: this.between(1, 2) }, make);
		return this.fn('project', { pool, limit: 8, last: 'NEVER' });
	}

	notifier() { return this.project(12, () => this.note()); }

	// ---- nodes

	add(node) {
		this.description.nodes.push({ id: this.description.nodes.length, ...node });
		return this.description.nodes.length - 1;
	}
	create(name, args, index) { return this.add({ create: name, args, ...(index !== undefined && { index }) }); }
	pipe(source, operator, args) { return this.add({ operator, args, source: { observable: source } }); }

	marbles(length, letters, end = '|||||##--') {
		const last = this.pick([...end]);
		let text = '', next = 0;
		while (text.length < length) {
			if (this.chance(0.45) || next >= letters.length) text += '-';
			else if (this.chance(0.12) && next + 2 <= letters.length) { text += `(${letters.slice(next, next + 2)})`; next += 2; }
			else text += letters[next++];
		}
		if (last === '-') return text || '-';
		return this.chance(0.15) && next < letters.length ? `${text}(${letters[next]}${last})` : text + last;
	}

	cold(length = 10, letters = this.pick(['abcdef', '123456', 'aabbca', 'xyzxyz'])) {
		return this.add({ cold: this.marbles(this.between(0, length), letters) });
	}
	hot(letters = this.pick(['abcdef', '123456', 'aabbca', 'xyzxyz'])) {
		const early = this.chance(0.2) ? '-z^' : '';
		return this.add({ hot: early + this.marbles(this.between(2, 14), letters) });
	}

	// An observable that says when.
	note() {
		return this.chance(0.7) ? this.add({ cold: this.marbles(this.between(0, 5), 'n', '||--#') }) :
			this.create('timer', [this.number(0, 5), this.test]);
	}

	// One that an operator subscribes.
	inner() {
		const kind = this.below(10);
		if (kind < 6) return this.cold(6);
		if (kind < 7) return this.hot();
		return this.source();
	}
	other() { return { observable: this.chance(0.75) ? this.chance(0.6) ? this.cold(8) : this.hot() : this.inner() }; }

	source() {
		if (this.chance(0.65)) return this.chance(0.5) ? this.cold(12) : this.hot();
		return this.creator(this.pick(Object.keys(creators)));
	}
	creator(name) { return creators[name](this); }

	// The node of a chain's end.
	apply(source, name) { return operators[name](this, source); }

	expect(node) {
		const subscription = this.chance(0.3) ? `^ ${this.between(3, 25)}ms !` : undefined;
		this.description.expect.push({ node, ...(subscription && { subscription }) });
		if (this.chance(0.12)) this.description.expect.push({ node, subscription: `${'-'.repeat(this.below(8))}^` });
	}
}

const list = (g, make, low, high) => Array.from({ length: g.between(low, high) }, () => make());
const others = (g, low = 1, high = 2) => list(g, () => g.other(), low, high);

const creators = {
	combineLatest: g => g.create('combineLatest', [{ array: others(g, 1, 3) }]),
	concat: g => g.create('concat', others(g, 1, 3)),
	defer: g => g.create('defer', [g.project(9)]),
	empty: g => g.create('empty', []),
	forkJoin: g => g.create('forkJoin', [{ array: others(g, 0, 3) }]),
	from: g => g.create('from', [{ array: list(g, () => g.literal(), 0, 4) }]),
	generate: g => g.create('generate', [g.number(0, 3), g.fn('below'), g.fn('next'), ...g.maybe(g.fn('map'))]),
	iif: g => g.create('iif', [g.fn('test'), g.other(), g.other()]),
	interval: g => g.pipe(g.create('interval', [g.number(1, 4), g.test]), 'take', [g.number(1, 5)]),
	merge: g => g.create('merge', [...others(g, 1, 3), ...g.maybe(g.number(1, 3))]),
	never: g => g.create('never', []),
	of: g => g.create('of', list(g, () => g.literal(), 0, 4)),
	onErrorResumeNext: g => g.create('onErrorResumeNext', others(g, 1, 3)),
	partition: g => g.create('partition', [g.other(), g.fn('test')], g.below(2)),
	race: g => g.create('race', others(g, 1, 3)),
	range: g => g.create('range', [g.number(0, 5), g.number(0, 5)]),
	scheduled: g => g.create('scheduled',
		[g.chance(0.5) ? { array: list(g, () => g.literal(), 0, 4) } : g.other(), g.test]),
	throwError: g => g.create('throwError', [g.fn('error')]),
	timer: g => g.chance(0.5) ? g.create('timer', [g.number(0, 6), g.test]) :
		g.pipe(g.create('timer', [g.number(0, 4), g.number(1, 4), g.test]), 'take', [g.number(1, 4)]),
	zip: g => g.create('zip', others(g, 1, 3)),
};

// An operator that takes what `args` makes.
const plain = (name, args = () => []) => (g, source) => g.pipe(source, name, args(g));
// One that flattens: its items have to be observables.
const flatten = (name, args = () => []) => (g, source) =>
	g.pipe(g.pipe(source, 'map', [g.project(9)]), name, args(g));
const flatteners = ['mergeAll', 'concatAll', 'switchAll', 'exhaustAll'];
// One that emits observables; mostly they are flattened again.
const windows = (name, args) => (g, source) => {
	const node = g.pipe(source, name, args(g));
	g.emitsObservables = true;
	if (g.chance(0.4)) return node;
	g.emitsObservables = false;
	return g.pipe(node, g.pick(flatteners), []);
};
const resets = g => g.pick([() => ({ literal: true }), () => ({ literal: false }), () => g.notifier()])();

const operators = {
	// transformation
	buffer: plain('buffer', g => [g.other()]),
	bufferCount: plain('bufferCount', g => [g.number(1, 3), ...g.maybe(g.number(1, 3))]),
	bufferTime: plain('bufferTime', g => [g.number(1, 6), g.chance(0.5) ? { literal: null } : g.number(1, 6),
		g.chance(0.5) ? { number: 'Infinity' } : g.number(1, 3), g.test]),
	bufferToggle: plain('bufferToggle', g => [g.other(), g.notifier()]),
	bufferWhen: plain('bufferWhen', g => [g.closing()]),
	concatMap: plain('concatMap', g => [g.project()]),
	exhaustMap: plain('exhaustMap', g => [g.project()]),
	expand: plain('expand', g => [g.project(g.between(1, 6), () => g.cold(4, 'ab')), ...g.maybe(g.number(1, 2))]),
	groupBy: windows('groupBy', g => [g.fn('key'), ...g.maybe(g.config({
		...(g.chance(0.5) && { element: g.fn('map') }), ...(g.chance(0.5) && { duration: g.notifier() }) }))]),
	map: plain('map', g => [g.fn(g.pick(['map', 'text']))]),
	mergeMap: plain('mergeMap', g => [g.project(), ...g.maybe(g.number(1, 3))]),
	mergeScan: plain('mergeScan', g => [g.project(), g.literal(), ...g.maybe(g.number(1, 2))]),
	pairwise: plain('pairwise'),
	scan: plain('scan', g => [g.fn('reduce'), ...g.maybe(g.number(0, 5))]),
	switchMap: plain('switchMap', g => [g.project()]),
	switchScan: plain('switchScan', g => [g.project(), g.literal()]),
	window: windows('window', g => [g.other()]),
	windowCount: windows('windowCount', g => [g.number(1, 3), ...g.maybe(g.number(1, 3))]),
	windowTime: windows('windowTime', g => [g.number(1, 6), g.chance(0.5) ? { literal: null } : g.number(1, 6),
		g.chance(0.5) ? { number: 'Infinity' } : g.number(1, 3), g.test]),
	windowToggle: windows('windowToggle', g => [g.other(), g.notifier()]),
	windowWhen: windows('windowWhen', g => [g.closing()]),

	// filtering
	audit: plain('audit', g => [g.notifier()]),
	auditTime: plain('auditTime', g => [g.number(0, 5), g.test]),
	debounce: plain('debounce', g => [g.notifier()]),
	debounceTime: plain('debounceTime', g => [g.number(0, 5), g.test]),
	distinct: plain('distinct', g => g.chance(0.5) ? g.maybe(g.fn('map')) :
		[g.chance(0.5) ? { undefined: true } : g.fn('map'), g.other()]),
	distinctUntilChanged: plain('distinctUntilChanged', g => g.maybe(g.fn('equal'), ...g.maybe(g.fn('map')))),
	distinctUntilKeyChanged: (g, source) => g.pipe(g.pipe(source, 'map', [g.fn('object')]), 'distinctUntilKeyChanged',
		[{ literal: 'k' }, ...g.maybe(g.fn('equal'))]),
	elementAt: plain('elementAt', g => [g.number(0, 4), ...g.maybe(g.literal())]),
	filter: plain('filter', g => [g.fn('test')]),
	find: plain('find', g => [g.fn('test')]),
	findIndex: plain('findIndex', g => [g.fn('test')]),
	first: plain('first', g => g.maybe(g.fn('test'), ...g.maybe(g.literal()))),
	ignoreElements: plain('ignoreElements'),
	last: plain('last', g => g.maybe(g.fn('test'), ...g.maybe(g.literal()))),
	sample: plain('sample', g => [g.other()]),
	sampleTime: plain('sampleTime', g => [g.number(1, 5), g.test]),
	single: plain('single', g => g.maybe(g.fn('test'))),
	skip: plain('skip', g => [g.number(0, 4)]),
	skipLast: plain('skipLast', g => [g.number(0, 3)]),
	skipUntil: plain('skipUntil', g => [g.other()]),
	skipWhile: plain('skipWhile', g => [g.fn('test')]),
	take: plain('take', g => [g.number(0, 4)]),
	takeLast: plain('takeLast', g => [g.number(0, 4)]),
	takeUntil: plain('takeUntil', g => [g.other()]),
	takeWhile: plain('takeWhile', g => [g.fn('test'), ...g.maybe(g.flag())]),
	throttle: plain('throttle', g => [g.notifier(), ...g.maybe(g.config({ leading: g.flag(), trailing: g.flag() }))]),
	throttleTime: plain('throttleTime', g => [g.number(1, 5), g.test,
		...g.maybe(g.config({ leading: g.flag(), trailing: g.flag() }))]),

	// joining
	combineLatestAll: flatten('combineLatestAll', g => g.maybe(g.fn('map'))),
	combineLatestWith: plain('combineLatestWith', g => others(g)),
	concatAll: flatten('concatAll'),
	concatWith: plain('concatWith', g => others(g)),
	endWith: plain('endWith', g => list(g, () => g.literal(), 1, 2)),
	exhaustAll: flatten('exhaustAll'),
	mergeAll: flatten('mergeAll', g => g.maybe(g.number(1, 2))),
	mergeWith: plain('mergeWith', g => others(g)),
	raceWith: plain('raceWith', g => others(g)),
	startWith: plain('startWith', g => list(g, () => g.literal(), 1, 2)),
	switchAll: flatten('switchAll'),
	withLatestFrom: plain('withLatestFrom', g => [...others(g), ...g.maybe(g.fn('map'))]),
	zipAll: flatten('zipAll', g => g.maybe(g.fn('map'))),
	zipWith: plain('zipWith', g => others(g)),

	// multicasting and errors
	catchError: plain('catchError', g => [g.project()]),
	onErrorResumeNext: plain('onErrorResumeNext', g => others(g)),
	repeat: plain('repeat', g => [g.chance(0.6) ? g.number(0, 3) :
		g.config({ count: g.number(1, 3), delay: g.chance(0.5) ? g.number(0, 4) : g.notifier() })]),
	retry: plain('retry', g => [g.chance(0.5) ? g.number(0, 3) : g.config({ count: g.number(1, 3),
		...(g.chance(0.6) && { delay: g.chance(0.5) ? g.number(0, 4) : g.notifier() }),
		...(g.chance(0.4) && { resetOnSuccess: g.flag() }) })]),
	share: plain('share', g => g.maybe(g.config({
		resetOnError: resets(g), resetOnComplete: resets(g), resetOnRefCountZero: resets(g) }))),
	shareReplay: plain('shareReplay', g => [g.config({ bufferSize: g.number(1, 3), refCount: g.flag(),
		...(g.chance(0.4) && { windowTime: g.number(1, 8), scheduler: g.test }) })]),
	throwIfEmpty: plain('throwIfEmpty', g => g.maybe(g.fn('error'))),

	// utility, conditional, mathematical
	count: plain('count', g => g.maybe(g.fn('test'))),
	defaultIfEmpty: plain('defaultIfEmpty', g => [g.literal()]),
	delay: plain('delay', g => [g.number(0, 5), g.test]),
	delayWhen: plain('delayWhen', g => [g.notifier(), ...(g.chance(0.3) ? [{ observable: g.note() }] : [])]),
	dematerialize: (g, source) => g.pipe(g.pipe(source, 'materialize', []), 'dematerialize', []),
	every: plain('every', g => [g.fn('test')]),
	finalize: plain('finalize', g => [g.fn('nothing')]),
	isEmpty: plain('isEmpty'),
	materialize: plain('materialize'),
	max: plain('max', g => [g.fn('order')]),
	min: plain('min', g => [g.fn('order')]),
	observeOn: plain('observeOn', g => [g.test, ...g.maybe(g.number(0, 4))]),
	reduce: plain('reduce', g => [g.fn('reduce'), ...g.maybe(g.number(0, 5))]),
	sequenceEqual: plain('sequenceEqual', g => [g.other(), ...g.maybe(g.fn('equal'))]),
	subscribeOn: plain('subscribeOn', g => [g.test, ...g.maybe(g.number(0, 4))]),
	tap: plain('tap', g => [g.config({ next: g.fn('nothing'), error: g.fn('nothing'), complete: g.fn('nothing'),
		subscribe: g.fn('nothing'), unsubscribe: g.fn('nothing'), finalize: g.fn('nothing') })]),
	timeInterval: plain('timeInterval', g => [g.test]),
	timeout: plain('timeout', g => [g.config({
		...(g.chance(0.5) && { first: g.number(1, 8) }), each: g.number(2, 8),
		...(g.chance(0.6) && { with: g.project() }), scheduler: g.test })]),
	timestamp: plain('timestamp', g => [g.test]),
	toArray: plain('toArray'),
};

function apply(g, node, name) {
	if (g.emitsObservables) {
		g.emitsObservables = false;
		node = g.pipe(node, g.pick(flatteners), []);
	}
	return g.apply(node, name);
}

// A chain of `depth` operators.
function chain(seed, depth) {
	const g = new Generator(seed);
	let node = g.source();
	for (let i = depth || g.between(1, 6); i > 0; i--) node = apply(g, node, g.pick(Object.keys(operators)));
	g.expect(node);
	return g.description;
}

// A short chain around one operator or creation function.
function around(seed, name) {
	const g = new Generator(seed);
	if (creators[name]) {
		const node = g.creator(name);
		g.expect(g.chance(0.3) ? g.apply(node, g.pick(['map', 'take', 'materialize', 'repeat'])) : node);
		return g.description;
	}
	let node = g.chance(0.5) ? g.cold(10) : g.hot();
	if (g.chance(0.2)) node = apply(g, node, g.pick(['map', 'startWith', 'take', 'delay']));
	node = apply(g, node, name);
	if (g.chance(0.2)) node = apply(g, node, g.pick(['map', 'take', 'mergeMap', 'toArray']));
	g.expect(node);
	return g.description;
}

module.exports = { chain, around, creators: Object.keys(creators), operators: Object.keys(operators) };
