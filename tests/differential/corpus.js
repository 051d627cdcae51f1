// Writes the corpus that ./dev test replays: cases for each operator and creation function, recorded on RxJS.
//
//     node corpus.js DIRECTORY
'use strict';
const fs = require('fs'), path = require('path');
const { around, creators, operators } = require('./generate.js');
const { record } = require('./record.js');
const { prune } = require('./shrink.js');

const CASES = 22, LONGEST = 1600, MOST_SEEDS = 2000;

function write(directory, name) {
	const seen = new Set(), lines = [];
	for (let seed = 1; lines.length < CASES && seed <= MOST_SEEDS; seed++) {
		const recorded = record(prune(around(seed, name)), '', false);
		if (!recorded) continue;
		const line = JSON.stringify({ ...recorded, title: `${name} ${seed}` });
		const kind = JSON.stringify({ ...recorded, title: '' });
		if (line.length > LONGEST || seen.has(kind)) continue;
		seen.add(kind);
		lines.push(line);
	}
	fs.writeFileSync(path.join(directory, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`);
	return lines.length;
}

for (const name of [...creators, ...operators]) {
	const count = write(process.argv[2], name);
	if (count < 20) console.error(`${name}: only ${count} cases`);
}
