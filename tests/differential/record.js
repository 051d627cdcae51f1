// Runs a description on RxJS under its TestScheduler and records a case of the schema that tests/conformance replays.
//
// RxJS sometimes calls a function, or subscribes to something, when whoever it was for has gone already: `expand` projects
// an item that ended its consumer, `sample` subscribes its notifier after a source that has completed at once. Nobody
// hears of it, this library does not do it, and the record leaves it out.
//
// A description is data, so that it can be shrunk: { nodes, functions, expect: [{ node, subscription }] }, nodes as in a
// case (without messages), functions as rules: { kind, salt, throws, pool: [node ids], limit }.
'use strict';
const rx = require('rxjs'), operators = require('rxjs/operators');
const { TestScheduler } = require('rxjs/testing');

const LAST_FRAME = 500, MOST_CALLS = 100;

// They call functions at an end, or go on for others when their listener has gone.
const SIDE_EFFECTS = ['tap', 'finalize', 'share', 'groupBy'];

// A small number for any value.
function digest(value) {
	if (typeof value === 'number') return Math.abs(Math.trunc(value)) || 0;
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (value === undefined || value === null) return 0;
	if (rx.isObservable(value)) return 1;
	if (value instanceof Error) return value.name.length;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	let sum = 0;
	for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 1009;
	return sum;
}

class Recorder {
	constructor(description) {
		this.description = description;
		this.nodes = [];
		this.values = [];
		this.identity = new Map();
		this.logs = description.functions.map(() => []);
		this.functions = [];
		this.owners = [];
		this.inner = new Set();
		this.listeners = description.nodes.map(() => []);
		this.unheard = this.unclear = false;
		this.deaf = new Map();
		this.made = description.nodes.map(node => ({ ...node }));
		this.results = new Map();
		this.scheduler = new TestScheduler((actual, expected) => this.results.set(expected, actual));
		const materialize = this.scheduler.materializeInnerObservable;
		this.scheduler.materializeInnerObservable = (observable, frame) => {
			const messages = materialize.call(this.scheduler, observable, frame);
			this.inner.add(messages);
			return messages;
		};
	}

	// ---- from the description to RxJS

	decode(encoded) {
		if (!encoded || 'undefined' in encoded) return undefined;
		if ('literal' in encoded) return encoded.literal;
		if ('number' in encoded) return Number(encoded.number);
		if ('observable' in encoded)
			return typeof encoded.observable === 'number' ? this.node(encoded.observable) : rx[encoded.observable];
		if ('function' in encoded) return this.fn(encoded.function);
		if ('scheduler' in encoded) return this.scheduler;
		if ('array' in encoded) return encoded.array.map(x => this.decode(x));
		if ('config' in encoded)
			return Object.fromEntries(Object.entries(encoded.config).map(([k, v]) => [k, this.decode(v)]));
		throw new Error('cannot decode ' + JSON.stringify(encoded));
	}

	node(id) {
		if (this.nodes[id]) return this.nodes[id];
		const node = this.description.nodes[id];
		return (this.nodes[id] = 'hot' in node || 'cold' in node ? this.source(node, id) : this.heard(this.build(node, id), id));
	}

	source(node, id) {
		const source = 'hot' in node ? this.scheduler.createHotObservable(node.hot) :
			this.scheduler.createColdObservable(node.cold);
		this.made[id].messages = source.messages.map(m => this.message(m));
		const subscribe = source._subscribe, deaf = new Set();
		this.deaf.set(id, deaf);
		source._subscribe = subscriber => {
			if (subscriber.closed) {
				deaf.add(source.subscriptions.length);
				this.unheard = true;
			}
			return subscribe.call(source, subscriber);
		};
		return source;
	}

	build(node, id) {
		for (const argument of node.args) this.own(argument, id);
		if (node.create) {
			const result = rx[node.create](...node.args.map(x => this.decode(x)));
			return Array.isArray(result) ? result[node.index] : result;
		}
		const source = this.decode(node.source);
		if (node.operator === 'sequenceEqual') return this.sequenceEqual(source, ...node.args.map(x => this.decode(x)));
		return operators[node.operator](...node.args.map(x => this.decode(x)))(source);
	}

	// RxJS answers true, too, where the source had more items than the other when that completed. This library does not.
	sequenceEqual(source, other, comparator) {
		return new rx.Observable(subscriber => {
			let here = 0, there = 0;
			return source.pipe(
				rx.tap(() => here++),
				rx.sequenceEqual(rx.from(other).pipe(rx.tap(() => there++)), comparator),
				rx.tap(equal => { if (equal && here !== there) this.unclear = true; }),
			).subscribe(subscriber);
		});
	}

	// The functions of a node know who listens to it.
	own(encoded, id) {
		if (!encoded || typeof encoded !== 'object') return;
		if (typeof encoded.function === 'number') this.owners[encoded.function] = id;
		Object.values(encoded.config || {}).forEach(x => this.own(x, id));
	}

	heard(observable, id) {
		return new rx.Observable(subscriber => {
			// For nobody, from the beginning: what such a node then does, or keeps, is for nobody too.
			if (subscriber.closed && SIDE_EFFECTS.includes(this.description.nodes[id].operator)) this.unclear = true;
			const listener = { subscriber, closed: -1 };
			this.listeners[id].push(listener);
			subscriber.add(() => { listener.closed = this.scheduler.frame; });
			return observable.subscribe(subscriber);
		});
	}

	// Whether a function is called for nobody.
	isUnheard(index) {
		const id = this.owners[index], { operator } = this.description.nodes[id];
		if (SIDE_EFFECTS.includes(operator)) return false;
		const listeners = this.listeners[id], closed = listeners.filter(({ subscriber }) => subscriber.closed);
		// Of two, one has gone just now: whom it is for cannot be told.
		if (closed.length < listeners.length && closed.some(listener => listener.closed === this.scheduler.frame))
			this.unclear = true;
		return listeners.length > 0 && closed.length === listeners.length;
	}

	fn(index) {
		if (this.functions[index]) return this.functions[index];
		const rule = this.description.functions[index];
		let calls = 0;
		return (this.functions[index] = (...args) => {
			// An observable that is no node (what `catchError` gives to go on with) has no name in a case.
			const named = args.filter(a => !rx.isObservable(a) || this.nodes.includes(a));
			const entry = { args: named.map(a => this.encode(a)) };
			if (this.isUnheard(index)) this.unheard = true;
			else this.logs[index].push(entry);
			const n = calls++;
			if (rule.throws !== undefined && n === rule.throws) {
				entry.throws = { literal: 'oops' };
				throw 'oops';
			}
			const result = this.apply(rule, n, args);
			entry.returns = this.encode(result);
			return result;
		});
	}

	apply(rule, n, args) {
		const sum = digest(args[0]) + rule.salt;
		switch (rule.kind) {
		case 'map': return sum % 10;
		case 'text': return 'abcdefgh'[sum % 8];
		case 'object': return { k: sum % 3, v: n };
		case 'test': return sum % 3 !== 0;
		case 'key': return sum % 2;
		case 'reduce': return (digest(args[0]) + digest(args[1]) + rule.salt) % 100;
		case 'equal': return digest(args[0]) % 3 === digest(args[1]) % 3;
		case 'order': return digest(args[0]) - digest(args[1]);
		case 'next': return args[0] + 1 + rule.salt % 3;
		case 'below': return args[0] < 5 + rule.salt % 5;
		case 'project':
			return n < rule.limit && rule.pool.length ? this.node(rule.pool[(n + rule.salt) % rule.pool.length]) :
				rx[rule.last || 'EMPTY'];
		case 'error': return rule.salt % 2 ? 'failed' : new Error('failed');
		case 'nothing': return undefined;
		}
		throw new Error('no rule ' + rule.kind);
	}

	// ---- from RxJS to the schema

	encode(value) {
		if (value === undefined) return { undefined: true };
		if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return { number: String(value) };
		if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return { literal: value };
		if (value === this.scheduler) return { scheduler: 'test' };
		if (value === rx.EMPTY) return { observable: 'EMPTY' };
		if (value === rx.NEVER) return { observable: 'NEVER' };
		if (this.inner.has(value)) return { emits: value.map(m => this.message(m)) };
		if (rx.isObservable(value)) {
			const id = this.nodes.indexOf(value);
			return { observable: id };
		}
		if (typeof value === 'function') throw new Error('a function as a value');
		if (!this.identity.has(value)) {
			this.identity.set(value, this.values.length);
			this.values.push(null);
			this.values[this.identity.get(value)] = this.compound(value);
		}
		return { value: this.identity.get(value) };
	}

	compound(value) {
		if (Array.isArray(value)) return { array: value.map(x => this.encode(x)) };
		if (value instanceof Error) return { error: value.name, message: value.message };
		if ('kind' in value && ['N', 'E', 'C'].includes(value.kind))
			return {
				notification: { N: 'next', E: 'error', C: 'complete' }[value.kind],
				value: this.encode(value.value), error: this.encode(value.error),
			};
		return { object: Object.fromEntries(Object.entries(value).map(([k, v]) => [k, this.encode(v)])) };
	}

	message({ frame, notification: { kind, value, error } }) {
		if (kind === 'N') return { frame, kind: 'next', value: this.encode(value) };
		return kind === 'E' ? { frame, kind: 'error', value: this.encode(error) } : { frame, kind: 'complete' };
	}

	// An argument, its arrays moved to the list of values.
	argument(encoded) {
		if (encoded && 'array' in encoded) {
			this.values.push({ array: encoded.array.map(x => this.argument(x)) });
			return { value: this.values.length - 1 };
		}
		if (encoded && 'config' in encoded)
			return { config: Object.fromEntries(Object.entries(encoded.config).map(([k, v]) => [k, this.argument(v)])) };
		return encoded;
	}

	// The case; null where something happened unheard and shall not, or where RxJS does not come to an end or would throw outside of a stream.
	record(title, unheard) {
		const { nodes, expect } = this.description, steps = [], expected = [];
		const body = () => {
			this.scheduler.maxFrames = LAST_FRAME;
			nodes.forEach((node, id) => {
				if (!('hot' in node || 'cold' in node)) return;
				this.node(id);
				steps.push({ create: id });
			});
			for (const { node, subscription } of expect) {
				this.scheduler.expectObservable(this.node(node), subscription);
				expected.push(this.ready({ expect: { observable: node }, ...(subscription && { subscription }) }));
			}
			nodes.forEach((node, id) => {
				if (!('hot' in node || 'cold' in node)) return;
				this.scheduler.expectSubscriptions(this.node(id).subscriptions);
				expected.push(this.ready({ expect_subscriptions: id }));
			});
		};
		try {
			this.scheduler.run(body);
		} catch (error) {
			return null;
		}
		if (this.scheduler.actions.some(action => Number.isFinite(action.delay))) return null;
		for (const step of expected) steps.push(this.result(step));
		if (this.overflown()) return null;
		for (const node of this.made) if (node.args) node.args = node.args.map(x => this.argument(x));
		if (this.unclear || (this.unheard && !unheard)) return null;
		return { title, mode: 'run', nodes: this.made, steps, values: this.values, functions: this.logs };
	}

	// RxJS recurses where this library loops, its own exceptions are JavaScript's, and here a finalizer cannot fail.
	overflown() {
		const foreign = [RangeError, TypeError, rx.UnsubscriptionError];
		return this.logs.some(log => log.length > MOST_CALLS) ||
			[...this.identity.keys()].some(value => foreign.some(kind => value instanceof kind));
	}

	ready(step) {
		const test = this.scheduler.flushTests[this.scheduler.flushTests.length - 1];
		test.ready = true;
		test.expected = step;
		return step;
	}

	result(step) {
		const actual = this.results.get(step);
		if ('expect' in step) {
			const { expect, subscription } = step;
			return { expect, to_be: actual.map(m => this.message(m)), ...(subscription && { subscription }) };
		}
		return {
			...step,
			to_be: actual.filter((_, i) => !this.deaf.get(step.expect_subscriptions).has(i)).map(log => [log.subscribedFrame, log.unsubscribedFrame === Infinity ? null : log.unsubscribedFrame]),
		};
	}
}

module.exports = { record: (description, title, unheard = true) => new Recorder(description).record(title, unheard) };
