#include "lib/primary/streams.h"

#include "lib/primary/worker.h"

static int open_outputs(cy__worker *worker)
{
	for (int i = 0; i < 2; i++) {
		cy__output *output = &worker->streams.outputs[i];
		output->worker = worker;
		output->stream = i + 1;
		output->tail_used = 0;
		if (worker->process.streams[i + 1] < 0)
			continue;
		const int code = cy__output_open(output, worker->process.streams[i + 1]);
		if (code < 0)
			return code;
		worker->process.streams[i + 1] = -1;
	}
	return 0;
}

int cy__streams_open(cy__worker *worker)
{
	const int code = open_outputs(worker);
	if (code < 0) {
		cy__streams_close(worker);
		return code;
	}
	worker->streams.input.worker = worker;
	if (worker->process.streams[0] >= 0)
		cy__input_open(&worker->streams.input, worker->process.streams[0]);
	worker->process.streams[0] = -1;
	return 0;
}

void cy__streams_drain(cy__worker *worker)
{
	for (int i = 0; i < 2; i++)
		cy__output_drain(&worker->streams.outputs[i]);
	cy__input_close(&worker->streams.input);
}

bool cy__streams_are_drained(const cy__worker *worker)
{
	return !worker->streams.outputs[0].open && !worker->streams.outputs[1].open;
}

void cy__streams_close(cy__worker *worker)
{
	for (int i = 0; i < 2; i++)
		cy__output_close(&worker->streams.outputs[i]);
	cy__input_close(&worker->streams.input);
}

void cy__streams_finish(cy__worker *worker)
{
	cy__streams *streams = &worker->streams;
	for (int i = 0; i < 2; i++) {
		cy__output_close(&streams->outputs[i]);
		rx_free(streams->outputs[i].line);
		rx_free(streams->outputs[i].tail);
	}
	streams->input.begin = streams->input.end = 0;
	cy__input_close(&streams->input);
	rx_free(streams->input.waiting);
}
