import type { Core } from './core.js';
import type { Analytics, Interaction, Props, TrackOptions, View } from './options.js';
import { clean } from './props.js';
import { tellView } from './tell-view.js';

/** What an application can tell a core. */
export function analyticsOf(core: Core): Analytics {
  const { safe, record, visit } = core;

  const track = safe((name: string, props?: Props, { revenue, interactive }: TrackOptions = {}) => {
    record('event', {
      name,
      props: clean(props),
      // sums of decimals have more digits than money
      revenue: revenue && { ...revenue, amount: `${+(+revenue.amount).toFixed(6)}` },
      interactive,
    });
  });

  const identify = safe((userId?: string) => {
    visit.userId = userId;
  });

  return {
    track,
    trackView: safe((view?: View) => tellView(core, view)),
    trackInteraction: safe(({ type, data }: Interaction) => {
      record('interaction', { type, data: clean(data) });
    }),
    identify,
    reset: () => identify(),
    optOut: core.stop,
    optIn: core.start,
    flush: core.hide,
    shutdown: () => {
      const sent = core.hide();
      core.stop();
      return sent;
    },
  };
}
