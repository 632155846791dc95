const KEYS = 30;
const KEY = /^(?!__proto__$).{1,100}$/s;

/** What can be sent of an object that an application handed over: its own scalars, long text cut. */
export function clean(props: unknown): { [key: string]: string | number } {
  return Object.fromEntries(
    Object.entries(Object(props))
      // boolean, bigint, number, string
      .filter(([key, value]) => KEY.test(key) && /^(b|n|st)/.test(typeof value))
      .slice(0, KEYS)
      .map(([key, value]) => [key, typeof value === 'number' ? value : `${value}`.replace(/^(.{2000}).*/su, '$1')]),
  );
}
