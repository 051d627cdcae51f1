// Random chains on RxJS and on this library, for some seconds; what differs is shrunk and printed.
//
//     node differential.js CONFORMANCE SECONDS SEED
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { spawnSync } = require('child_process');
const { chain } = require('./generate.js');
const { record } = require('./record.js');
const { shrink } = require('./shrink.js');

const BATCH = 200, MOST_DIFFERENCES = 10;

const [conformance, seconds = '60', first = '1'] = process.argv.slice(2);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'differential-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

// Replays cases; the reports of those that failed, by title. A crash is narrowed down to the case that makes it.
function replay(cases) {
	if (!cases.length) return new Map();
	const file = path.join(work, 'cases.json');
	fs.writeFileSync(file, JSON.stringify(cases));
	const { stdout, stderr, signal, error } =
		spawnSync(conformance, [file], { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60000 });
	if (error && error.code === 'ENOENT') throw error;
	if (!/^\d+ passed, \d+ failed, \d+ not applicable\n$/m.test(stdout) || stderr.includes('ERROR')) {
		if (cases.length === 1) return new Map([[cases[0].title, stderr || `ended by ${signal || error}`]]);
		const half = cases.length >> 1;
		return new Map([...replay(cases.slice(0, half)), ...replay(cases.slice(half))]);
	}
	return new Map(stdout.split(/^(?=  FAILED: )/m).filter(part => part.startsWith('  FAILED: '))
		.map(part => [/FAILED: (.*)/.exec(part)[1], part.split('\n').slice(1).filter(l => l.startsWith('  ')).join('\n')]));
}

function firstFailing(descriptions) {
	const cases = descriptions.map((d, i) => attempt(d, String(i))).filter(Boolean);
	const failed = [...replay(cases).keys()].map(Number);
	return failed.length ? Math.min(...failed) : -1;
}

// Shrinking makes things that RxJS does not take.
function attempt(description, title) {
	try {
		return record(description, title);
	} catch (error) {
		return null;
	}
}

function explain(title, description) {
	const small = shrink(description, firstFailing);
	const recorded = record(small, title);
	const report = replay([recorded]).get(title);
	console.log(`\n${title}\n${report}`);
	for (const node of recorded.nodes) console.log('   ', JSON.stringify({ ...node, messages: undefined }));
	recorded.functions.forEach((log, i) => console.log(`    function ${i}`, JSON.stringify(log)));
	console.log('    case', JSON.stringify(recorded));
}

const end = Date.now() + 1000 * Number(seconds);
let seed = Number(first), chains = 0, differences = 0;
while (Date.now() < end && differences < MOST_DIFFERENCES) {
	const descriptions = new Map(), cases = [];
	for (let i = 0; i < BATCH; i++, seed++) {
		const description = chain(seed), recorded = record(description, `seed ${seed}`);
		if (!recorded) continue;
		descriptions.set(recorded.title, description);
		cases.push(recorded);
	}
	chains += cases.length;
	for (const title of replay(cases).keys()) {
		differences++;
		if (differences <= MOST_DIFFERENCES) explain(title, descriptions.get(title));
	}
}
console.log(`${chains} chains from seed ${first} on, ${differences} differences`);
process.exitCode = differences ? 1 : 0;
