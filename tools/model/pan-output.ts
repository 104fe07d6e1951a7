/** What a run of pan (Spin's verifier) came to. */
export type Verdict =
  | { readonly kind: 'holds'; readonly states: number }
  /** `by`: the assertion as in the model without blanks and parentheses, 'the property', or 'a cycle'. */
  | { readonly kind: 'fails'; readonly by: string; readonly states: number };

/** `mtype = { ACTIVE, DELETED, PURGING, PURGED }`: Spin numbers the names from the last one. */
const STATES = ['PURGED', 'PURGING', 'DELETED', 'ACTIVE'];

/**
 * Reads what pan printed for one property.
 *
 * @throws unless the whole state space was searched, or an error was found: less than that says nothing, above all not "holds".
 */
export function readVerdict(output: string, property: string): Verdict {
  const broken = (why: string) => new Error(`the search of ${property} ${why}:\n${output}`);
  if (!output.includes(`ltl formula ${property}\n`)) throw broken('was one of something else');
  const errors = /^State-vector .* errors: (\d+)$/m.exec(output)?.[1];
  const states = /^\s*(\d+)(?:e\+\d+)? states, stored/m.exec(output)?.[1];
  if (errors === undefined || states === undefined) throw broken('came to no end');
  if (errors === '0') {
    if (/error:|max search depth|out of memory|not completed/i.test(output)) throw broken('is not complete');
    return { kind: 'holds', states: Number(states) };
  }
  if (/^pan:1: acceptance cycle/m.test(output))
    return { kind: 'fails', by: 'a cycle', states: Number(states) };
  const assertion = /^pan:1: assertion violated (.*) \(at depth \d+\)$/m.exec(output)?.[1];
  if (assertion === undefined) throw broken('ended with an unknown error');
  const text = assertion
    .replace(/[\s()]/g, '')
    .replace(/ws==(\d)/g, (all, n: string) => `ws==${STATES[Number(n) - 1] ?? all}`);
  // Spin turns a property into an assertion that denies its denial; the model's own deny once at most.
  return { kind: 'fails', by: text.startsWith('!!') ? 'the property' : text, states: Number(states) };
}
