import { call, callForFile } from "../../api/http";
import { useAsk } from "../../api/use-ask";
import { ComparePicker } from "../../overview/ComparePicker";
import { comparedRange } from "../../state/compare";
import { text } from "../../text";
import { Answer, Unasked } from "../Answer";
import { scopeKey, scopeOf } from "../scope";
import { Toolbar } from "../Toolbar";
import type { ToolProps } from "../tools";
import { FunnelBuilder } from "./FunnelBuilder";
import { FunnelResult } from "./FunnelResult";
import { type FunnelForm, funnelJson, isReady, readFunnel, writeFunnel } from "./question";
import { Suggestions } from "./Suggestions";

/** How many go from one step to the next. */
export function Funnel({ site, view, go, segments, suggest }: ToolProps) {
  const form = readFunnel(view.own);
  const ready = isReady(form);
  const asked = funnelJson(form);
  const key = (...more: unknown[]) => JSON.stringify(["funnel", scopeKey(site, view), asked, ...more]);
  const compared = () => comparedRange(view.compare, view.weekdays, view.range, new Date(), site.timezone);

  const split = () => ({ ...scopeOf(site, view), ...asked, breakdown: form.breakdown ?? "" });

  const whole = useAsk(ready ? key() : null, (signal) =>
    call("POST /api/v1/funnel", { ...scopeOf(site, view), ...asked }, { signal }),
  );
  const before = useAsk(ready && compared() ? key(view.compare, view.weekdays) : null, (signal) => {
    const range = compared();
    return call(
      "POST /api/v1/funnel",
      { ...scopeOf(site, view), ...(range ? { date_range: range } : {}), ...asked },
      { signal },
    );
  });
  const groups = useAsk(ready && form.breakdown ? key(form.breakdown) : null, (signal) =>
    call("POST /api/v1/funnel", split(), { signal }),
  );
  const change = (changed: FunnelForm, step: "push" | "replace") => go({ own: writeFunnel(changed) }, step);
  const comparing = ready && compared() !== null;

  return (
    <>
      <Toolbar site={site} view={view} go={go} segments={segments}>
        <ComparePicker
          view={view}
          zone={site.timezone}
          compared={comparing ? instantsOf(before.answer?.meta.resolved.date_range) : []}
          go={go}
        />
      </Toolbar>
      <div class="explore">
        <FunnelBuilder
          form={form}
          site={site}
          suggest={suggest}
          error={ready ? (whole.error ?? groups.error) : null}
          onChange={change}
        />
        {ready ? (
          <Answer asked={whole}>
            {(answer) => (
              <FunnelResult
                form={form}
                answer={answer}
                before={comparing && !before.pending ? before.answer : null}
                groups={form.breakdown ? groups : null}
                csv={() => callForFile("POST /api/v1/funnel", split(), "text/csv")}
                view={view}
                go={go}
              />
            )}
          </Answer>
        ) : (
          <Unasked title={text.explore.funnel.start}>
            <Suggestions site={site} onChoose={(steps) => change({ ...form, steps }, "push")} />
          </Unasked>
        )}
      </div>
    </>
  );
}

function instantsOf(range: string | readonly string[] | undefined): readonly string[] {
  return typeof range === "object" ? range : [];
}
