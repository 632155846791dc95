import type { Props } from '../options.js';
import { clean } from '../props.js';
import type { EventContext, ServerInteraction, ServerTrackOptions, ServerView } from './options.js';
import type { ServerEvent } from './transport.js';

/** An event without what the queue adds to it. */
export type Draft = Omit<ServerEvent, 'ageMs' | 'sequence' | 'eventId'> & { readonly eventId?: string | undefined };

/** Takes an event; false where it is dropped. */
export type Take = (build: () => Draft) => boolean;

/**
 * Records events. No method throws. Each says whether the event was taken: `false` means that it is wrong, that there
 * is no room, or that the client is shut down.
 */
export class Tracker {
  readonly #take: Take;
  readonly #context: EventContext;

  constructor(take: Take, context: EventContext = {}) {
    this.#take = take;
    this.#context = context;
  }

  /** The same client, whose events carry a context, such as the visitor and the user of a request. */
  with(context: EventContext): Tracker {
    return new Tracker(this.#take, { ...this.#context, ...context });
  }

  /** A page was shown. */
  trackView(view: ServerView): boolean {
    return this.#take(() => ({ kind: 'view', ...this.#common(view), props: clean(view.props) }));
  }

  /** What a person did with an element. */
  trackInteraction(interaction: ServerInteraction): boolean {
    return this.#take(() => ({
      kind: 'interaction',
      ...this.#common(interaction),
      type: interaction.type,
      data: clean(interaction.data),
    }));
  }

  /** An event of the application's own, by a name of 1 to 120 characters. */
  track(name: string, props?: Props, options: ServerTrackOptions = {}): boolean {
    return this.#take(() => {
      const { revenue, interactive } = options;
      const amount = typeof revenue?.amount === 'number' ? `${+revenue.amount.toFixed(6)}` : `${revenue?.amount}`;
      return {
        kind: 'event',
        ...this.#common(options),
        name,
        props: clean(props),
        revenue: revenue && { amount, currency: revenue.currency },
        interactive,
      };
    });
  }

  /** A person has met a variant: to be told when the variant is shown. */
  exposure(experiment: string, variant: string, context?: EventContext): boolean {
    return this.track('experiment_exposure', { experiment, variant }, context);
  }

  #common(own: EventContext): EventContext {
    const { visitor, userId, sessionId, pageUrl, pageTitle, referrer, language } = { ...this.#context, ...own };
    return { visitor, userId, sessionId, pageUrl, pageTitle, referrer, language, eventId: own.eventId };
  }
}
