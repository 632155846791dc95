import type { Analytics, AnalyticsOptions } from './options.js';

type Call = readonly [method: keyof Analytics, ...given: unknown[]];

interface Page {
  /** Before the script: an array of calls, made when it comes. After it: a client that takes calls as well. */
  analytics?: Call[] | (Analytics & { push(call: Call): unknown });
}

/** Begin as the script's tag says, once a page: `data-site`, `data-api`, and each option as an attribute. */
export function tag(begin: (options: AnalyticsOptions) => Analytics): void {
  const page = window as Page;
  const waiting = page.analytics;
  const { dataset, src } = document.currentScript as HTMLScriptElement;
  if (waiting && !Array.isArray(waiting)) return;
  const options: { [name: string]: unknown } = {};
  for (const name in dataset) options[name] = parsed(dataset[name]);
  const analytics = begin({
    ...options,
    appName: dataset.site as string,
    apiBaseUrl: dataset.api ?? src.replace(/\/js\/[^/]*$/, ''),
  });
  // the methods of a client never throw
  const push = ([method, ...given]: Call) => (analytics[method] as (...given: unknown[]) => unknown)(...given);
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
