import { cloneElement, type ReactElement } from 'react';
import type { Props, TrackOptions } from '../options.js';
import { useHandle } from './provider.js';

type Listener = (...given: unknown[]) => unknown;

export interface TrackProps extends TrackOptions {
  /** The name of the event, 1 to 120 characters. */
  readonly event: string;
  /** Properties of the event. */
  readonly props?: Props | undefined;
  /** What of the element is the event. Default: `onClick`. */
  readonly on?: `on${Capitalize<string>}` | undefined;
  /** One element. Its own listener is called first. */
  readonly children: ReactElement;
}

/** Records an event when something happens to its element: `<Track event="signup"><button>Sign up</button></Track>`. */
export function Track({ event, props, on = 'onClick', revenue, interactive, children }: TrackProps): ReactElement {
  const { analytics } = useHandle();
  const own = (children.props as { readonly [name: string]: Listener | undefined })[on];
  const listener: Listener = (...given) => {
    try {
      return own?.(...given);
    } finally {
      analytics.track(event, props, { revenue, interactive });
    }
  };
  return cloneElement(children as ReactElement<{ [name: string]: Listener }>, { [on]: listener });
}
