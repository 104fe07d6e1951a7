#!/usr/bin/env node
import { environment } from './config.js';
import { run } from './lethe.js';

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process as Ctrl-C does.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted.abort();
  });
// Whoever reads us has read enough, as `head` has: end as a program does that a closed pipe kills.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 141 : 74);
});

const code = await run(process.argv.slice(2), {
  env: environment,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  signal: interrupted.signal,
});
// The output first: a pipe takes it later than we write it.
process.stdout.write('', () => {
  process.exit(code);
});
