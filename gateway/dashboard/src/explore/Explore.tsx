import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Suggest } from "../filters/GroupEditor";
import { suggest } from "../filters/suggest";
import { useSegments } from "../filters/use-segments";
import type { PageProps } from "../pages";
import { text } from "../text";
import { dateRange } from "../time/range";
import { NoPage } from "../ui/NoPage";
import { PageLink } from "../ui/PageLink";
import type { Own } from "./match";
import { TOOLS } from "./tools";

/** Ways to look into what the numbers are made of, one at a time. */
export function Explore(props: PageProps) {
  const { site, view, go } = props;
  const segments = useSegments(site);
  const tool = TOOLS.find(({ name }) => name === (view.place || TOOLS[0]?.name));
  // What was asked last in each, so that a look at another one loses nothing.
  const asked = useRef<Record<string, Own>>({});
  if (tool) asked.current[tool.name] = view.own;

  const offer = useCallback<Suggest>(
    (dimension, typed, signal) =>
      suggest(site, dateRange(view.range, new Date(), site.timezone), segments, dimension, typed, signal),
    [site, view.range, segments.all],
  );

  // On a phone the navigation is wider than the screen.
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (list.current && here)
      list.current.scrollLeft = here.offsetLeft - (list.current.clientWidth - here.offsetWidth) / 2;
  }, [tool]);

  const Content = tool?.content;
  if (!Content) return <NoPage view={view} go={go} />;
  return (
    <>
      <h1 class="unseen">{`${site.id}: ${text.nav.explore}, ${tool.title}`}</h1>
      <nav ref={list} class="explore-nav" aria-label={text.explore.label}>
        {TOOLS.map(({ name, title }) => (
          <PageLink
            key={name}
            class="explore-link"
            page="explore"
            place={name}
            own={asked.current[name] ?? {}}
            here={name === tool.name}
            view={view}
            go={go}
          >
            {title}
          </PageLink>
        ))}
      </nav>
      <Content key={tool.name} {...props} segments={segments} suggest={offer} />
    </>
  );
}
