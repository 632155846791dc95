import { useEffect, useSyncExternalStore } from 'react';
import { useHandle } from './provider.js';

/**
 * The variant of an experiment of the provider's options, and its exposure told once it is shown. `""` on a server and
 * in the first render of a browser, so that both agree, and for an unknown experiment.
 */
export function useExperiment(experiment: string): string {
  const { subscribe, variant, expose } = useHandle();
  const found = useSyncExternalStore(
    subscribe,
    () => variant(experiment),
    () => '',
  );
  useEffect(() => {
    if (found) expose(experiment, found);
  }, [experiment, expose, found]);
  return found;
}
