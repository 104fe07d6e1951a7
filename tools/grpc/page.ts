/** A command of docs/operating/grpc.md, in both forms, with the answer that the page shows. */
export interface Example {
  /** The caller whose token goes along, who is called as his token here; undefined: without one. */
  readonly caller: string | undefined;
  readonly times: 1 | 2;
  readonly grpcurl: string;
  readonly call: string;
  readonly answer: string;
}

const EXAMPLE =
  /^```sh\n# as ([\w-]+)(, twice)?\n(grpcurl .*)\n(call .*)\n```\n\n```(?:json|text)\n([^]*?)```$/gm;

export function examplesOf(page: string): Example[] {
  return [...page.matchAll(EXAMPLE)].map(([, who = '', twice, grpcurl = '', call = '', answer = '']) => ({
    caller: who === 'anybody' ? undefined : who,
    times: twice === undefined ? 1 : 2,
    ...{ grpcurl, call, answer },
  }));
}

/** The words of a command line; a variable is left as its name. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) =>
    [single, double, bare].filter((text) => text !== undefined).join(''),
  );
}

const VALUED = ['-H', '-d', '-max-time'];

/** The same command for tools/grpc-call.ts, and the metadata that goes with it. */
export function fromGrpcurl(line: string): { words: string[]; metadata: string | undefined } {
  const [, ...words] = wordsOf(line).filter((word) => word !== '-plaintext');
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [word = '', value = ''] = words.slice(i);
    if (VALUED.includes(word)) values.set(word, value);
    else rest.push(word);
    if (VALUED.includes(word)) i++;
  }
  const [seconds, request] = [values.get('-max-time'), values.get('-d')];
  return {
    words: [...(seconds ? ['--max-time', seconds] : []), ...rest, ...(request ? [request] : [])],
    metadata: values.get('-H'),
  };
}

/** The rows of the table whose first column has this heading, each cell without its marks. */
export function tableOf(page: string, heading: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What differs from run to run, by its kind: times, page tokens, and the ids that are not in the story. */
export function withoutChance(text: string, ids: readonly string[]): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/("(?:nextPageToken|eventId)": )"[^"]+"/g, '$1"OPAQUE"')
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, (id) => (ids.includes(id) ? id : 'ID'));
}
