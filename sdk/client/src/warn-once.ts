import type { Watch } from './delivery.js';

const ALL_RECORDED = /^{"results":(?!.*"status":"rejected")/;

/** For `debug`: one warning on the console, about the first error, refusal, or answer of something else. */
export function warnOnce(): Watch {
  let warned = false;

  function warn(problem: unknown): void {
    // biome-ignore lint/suspicious/noConsole: this is what `debug` asks for
    if (!warned) console.warn('analytics:', problem);
    warned = true;
  }

  return (outcome) => {
    if (!(outcome instanceof Response)) warn(outcome);
    else
      outcome.text().then((text) => {
        if (!ALL_RECORDED.test(text)) warn(`${outcome.url} answers ${outcome.status}: ${text.slice(0, 500)}`);
      }, warn);
  };
}
