import { run } from './grpc/run.js';

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  output: process.stdout,
  errors: process.stderr,
});
