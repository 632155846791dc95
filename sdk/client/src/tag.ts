import type { Analytics, AnalyticsOptions } from './options.js';

type Call = readonly [method: keyof Analytics, ...given: unknown[]];

interface Page {
  /** Before the script: an array of calls, made when it comes. After it: a client that takes calls as well. */
  analytics?: Call[] | (Analytics & { push(call: Call): unknown });
}

/** Begin as the script's tag says, once a page: `data-site`, `data-api`, and each option as an attribute. */
export function tag(begin: (options: AnalyticsOptions) => Analytics): void {
  const page = window as Page;
  // an element with that id is a property of the window as well, but none of its own
  // biome-ignore lint/suspicious/noPrototypeBuiltins: Object.hasOwn is younger than ES2021
  const waiting = page.hasOwnProperty('analytics') ? page.analytics : undefined;
  // a module has no current script
  const script = document.currentScript ?? document.querySelector<HTMLElement>('script[data-site]');
  if (!script || (waiting && !Array.isArray(waiting))) return;
  const { dataset, src } = script as HTMLScriptElement;
  const options: AnalyticsOptions & { [name: string]: unknown } = {
    appName: dataset.site as string,
    apiBaseUrl: dataset.api ?? src.replace(/\/js\/[^/]*$/, ''),
  };
  for (const name in dataset) options[name] = parsed(dataset[name]);
  const analytics = begin(options);

  /** What is no call of a client's is nothing; the methods themselves never throw. */
  function push(call: Call): unknown {
    try {
      const [method, ...given] = call;
      return (analytics[method] as (...given: unknown[]) => unknown)(...given);
    } catch {
      return undefined;
    }
  }

  page.analytics = { ...analytics, push };
  waiting?.forEach(push);
}

/** An attribute without a value is `true`; what is JSON is what it says; the rest is text. */
function parsed(value = ''): unknown {
  try {
    return value ? JSON.parse(value) : true;
  } catch {
    return value;
  }
}
