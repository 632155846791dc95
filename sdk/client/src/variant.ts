import type { Experiment } from './options.js';

/**
 * The variant of a unit (user or session): the same for the same names, whenever and wherever it is asked. `""` where
 * no variant has a weight above 0.
 *
 * A hash of the UTF-16 units of `experiment:unit` (each xored in, multiplied by 0x5bd1e995, its upper half xored into
 * its lower) as a share of the weights' sum, in the order in which the variants are written.
 */
export function assign(experiment: string, variants: Experiment, unit: string): string {
  const weights = Object.entries(variants).filter(([, weight]) => weight > 0);
  let rest = share(`${experiment}:${unit}`) * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of weights) {
    rest -= weight;
    if (rest < 0) return name;
  }
  return weights.at(-1)?.[0] ?? '';
}

/** From 0 to below 1. */
function share(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) / 2 ** 32;
}
