import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebs } from '../embedded/debs.js';
import { codename, exists } from '../embedded/machine.js';
import { MissingPiece } from '../embedded/missing-piece.js';

const execute = promisify(execFile);

/** How a C file becomes what is wanted of it: the command, what comes before the file, and what comes after it. */
export interface Compiler {
  readonly program: string;
  readonly before: readonly string[];
  /** Only for linking. */
  readonly link: { readonly before: readonly string[]; readonly after: readonly string[] };
}

export interface ModelTools {
  readonly spin: string;
  readonly compiler: Compiler;
}

const SPIN = { what: 'Spin, which checks the model,', instead: 'install spin' };
const C_COMPILER = { what: 'a C compiler, which Spin needs to check the model,', instead: 'install gcc' };

/**
 * Spin and a C compiler: this machine's own, else Debian's, unpacked into the cache as the embedded servers are.
 *
 * @throws MissingPiece where they can be had in neither way.
 */
export async function findModelTools(cache: string, say: (line: string) => void): Promise<ModelTools> {
  return { spin: await findSpin(cache, say), compiler: await findCompiler(cache, say) };
}

async function findSpin(cache: string, say: (line: string) => void): Promise<string> {
  // Other programs are called so, too.
  const version = await execute('spin', ['-V']).then(
    ({ stdout }) => stdout,
    () => '',
  );
  if (version.startsWith('Spin Version 6')) return 'spin';
  const suite = await codename(undefined, SPIN);
  const prefix = await ensureDebs({ cache, id: 'spin', suite, names: ['spin'], purpose: SPIN, say });
  if (prefix === undefined) throw noPackage('Spin', SPIN);
  return join(prefix, 'usr/bin/spin');
}

async function findCompiler(cache: string, say: (line: string) => void): Promise<Compiler> {
  for (const program of ['gcc', 'cc']) {
    const compiler = { program, before: [], link: { before: [], after: [] } };
    if (await compiles(compiler)) return compiler;
  }
  return fetchCompiler(cache, say);
}

/** Debian's tcc with the C library's headers: a tenth of the size of gcc, and enough for what Spin writes. */
export async function fetchCompiler(cache: string, say: (line: string) => void): Promise<Compiler> {
  const suite = await codename(undefined, C_COMPILER);
  const names = ['tcc', 'libc6-dev', 'linux-libc-dev'];
  const prefix = await ensureDebs({ cache, id: 'tcc', suite, names, purpose: C_COMPILER, say });
  if (prefix === undefined) throw noPackage('tcc', C_COMPILER);
  const triplet = (await readdir(join(prefix, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const lib = join(prefix, 'usr/lib', triplet);
  const include = [
    join(lib, 'tcc/include'),
    join(prefix, 'usr/include', triplet),
    join(prefix, 'usr/include'),
  ];
  const compiler: Compiler = {
    program: join(prefix, 'usr/bin/tcc'),
    before: [`-B${join(lib, 'tcc')}`, '-nostdinc', ...include.map((directory) => `-I${directory}`)],
    link: {
      before: ['-nostdlib', join(lib, 'crt1.o'), join(lib, 'crti.o')],
      // The headers are from the cache, the library that is linked to is the machine's: a program runs with that one.
      after: [
        await libc(triplet),
        join(lib, 'libc_nonshared.a'),
        join(lib, 'tcc/libtcc1.a'),
        join(lib, 'crtn.o'),
      ],
    },
  };
  if (!(await compiles(compiler)))
    throw new MissingPiece(`Debian's tcc compiles nothing on this machine: ${C_COMPILER.instead}.`);
  return compiler;
}

async function libc(triplet: string): Promise<string> {
  for (const path of [`/lib/${triplet}/libc.so.6`, `/usr/lib/${triplet}/libc.so.6`])
    if (await exists(path)) return path;
  throw new MissingPiece(`This machine has no libc.so.6 for ${triplet}: ${C_COMPILER.instead}.`);
}

/** One without the C library's headers is of no use. */
async function compiles(compiler: Compiler): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'lethe-cc-'));
  const program = join(directory, 'a.c');
  try {
    await writeFile(program, '#include <stdio.h>\nint main(void) { return puts("yes") < 0; }\n');
    await execute(compiler.program, linking(compiler, program, join(directory, 'a')));
    return (await execute(join(directory, 'a'))).stdout === 'yes\n';
  } catch {
    return false;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The arguments that make the program `output` out of a C file. */
export function linking({ before, link }: Compiler, file: string, output: string, ...defines: string[]) {
  return [...before, '-w', ...defines, ...link.before, '-o', output, file, ...link.after];
}

const noPackage = (name: string, { what, instead }: typeof SPIN) =>
  new MissingPiece(
    `This machine's package sources carry no ${name}, so ${what} cannot be fetched: ${instead}.`,
  );
