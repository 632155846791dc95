import type { Capture } from './core.js';
import type { Switch } from './options.js';

/** A capture as its option says: none where it is switched off. */
export function on<Options>(
  option: boolean | (Switch & Options) | undefined,
  capture: (options?: Options) => Capture,
): Capture[] {
  return option === false || (option as Switch)?.enabled === false ? [] : [capture(option as Options)];
}
