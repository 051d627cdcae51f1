// Makes a failing description smaller, step by step, as long as it fails.
'use strict';

const copy = value => JSON.parse(JSON.stringify(value));

// Calls `visit` for every object below `value`.
function walk(value, visit) {
	if (!value || typeof value !== 'object') return;
	if (!Array.isArray(value)) visit(value);
	for (const key in value) walk(value[key], visit);
}

function replaceNode(description, from, to) {
	walk([description.nodes, description.functions], object => {
		if (object.observable === from) object.observable = to;
		if (object.pool) object.pool = object.pool.map(id => (id === from ? to : id));
	});
	for (const expect of description.expect) if (expect.node === from) expect.node = to;
}

// What can be left out or made simpler, one thing at a time.
function* smaller(description) {
	const change = edit => {
		const changed = copy(description);
		edit(changed);
		return changed;
	};
	const { nodes, functions, expect } = description;
	for (let i = 0; i < expect.length; i++) {
		if (expect.length > 1) yield change(d => d.expect.splice(i, 1));
		if (expect[i].subscription) yield change(d => delete d.expect[i].subscription);
	}
	for (const { id, operator, create, source, args } of nodes) {
		if (operator) yield change(d => replaceNode(d, id, source.observable));
		if (operator || create) yield change(d => (d.nodes[id] = { id, cold: 'a|' }));
		if (create) yield change(d => (d.nodes[id] = { id, cold: '|' }));
		for (let i = (args || []).length - 1; i >= 0; i--) yield* smallerArgument(change, id, i, args);
	}
	for (const node of nodes) yield* smallerMarbles(change, node);
	for (let i = 0; i < functions.length; i++) {
		if (functions[i].throws !== undefined) yield change(d => delete d.functions[i].throws);
		if (functions[i].salt) yield change(d => (d.functions[i].salt = 0));
		for (let k = 0; functions[i].pool && functions[i].pool.length > 1 && k < functions[i].pool.length; k++)
			yield change(d => d.functions[i].pool.splice(k, 1));
	}
}

function* smallerArgument(change, id, i, args) {
	const arg = args[i];
	if (i > 0 && i === args.length - 1 && !('function' in arg)) yield change(d => d.nodes[id].args.pop());
	for (const key in arg.config || {}) yield change(d => delete d.nodes[id].args[i].config[key]);
	for (let k = 0; arg.array && k < arg.array.length; k++) yield change(d => d.nodes[id].args[i].array.splice(k, 1));
	if (typeof arg.literal === 'number' && arg.literal > 0) yield change(d => d.nodes[id].args[i].literal--);
}

function* smallerMarbles(change, node) {
	const kind = 'hot' in node ? 'hot' : 'cold', marbles = node[kind];
	if (marbles === undefined) return;
	if (kind === 'hot') yield change(d => { d.nodes[node.id].cold = marbles.replace(/.*\^/, ''); delete d.nodes[node.id].hot; });
	const parts = marbles.match(/\(.*?\)|./g) || [];
	for (let i = 0; i < parts.length; i++)
		yield change(d => (d.nodes[node.id][kind] = parts.filter((_, k) => k !== i).join('')));
	for (let i = 0; i < parts.length; i++)
		if (parts[i][0] === '(')
			yield change(d => (d.nodes[node.id][kind] = parts.map((p, k) => (k === i ? p.slice(1, -1) : p)).join('')));
}

// Only what the expected nodes reach, numbered anew.
function prune(description) {
	const d = copy(description), used = new Set(), functions = new Set();
	const reach = id => {
		if (typeof id !== 'number' || used.has(id)) return;
		used.add(id);
		walk(d.nodes[id], object => {
			reach(object.observable);
			if (typeof object.function === 'number' && !functions.has(object.function)) {
				functions.add(object.function);
				(d.functions[object.function].pool || []).forEach(reach);
			}
		});
	};
	d.expect.forEach(({ node }) => reach(node));
	const ids = [...used].sort((a, b) => a - b), fns = [...functions].sort((a, b) => a - b);
	walk([d.nodes, d.functions], object => {
		if (typeof object.observable === 'number') object.observable = ids.indexOf(object.observable);
		if (typeof object.function === 'number') object.function = fns.indexOf(object.function);
		if (object.pool) object.pool = object.pool.map(id => ids.indexOf(id));
	});
	d.nodes = ids.map((id, i) => ({ ...d.nodes[id], id: i }));
	d.functions = fns.map(i => d.functions[i]);
	for (const expect of d.expect) expect.node = ids.indexOf(expect.node);
	return d;
}

// `failing(descriptions)` gives the index of the first that fails, or -1.
function shrink(description, failing) {
	let current = prune(description);
	for (let rounds = 0; rounds < 200; rounds++) {
		const candidates = [...smaller(current)].map(prune);
		const index = failing(candidates);
		if (index < 0) break;
		current = candidates[index];
	}
	return current;
}

module.exports = { shrink, prune };
