import { useState } from "preact/hooks";
import type { PageProps } from "../pages";
import { privacy } from "../text/setup";
import { CopyButton } from "../ui/CopyButton";
import { CheckField, Field, RadioField } from "../ui/Field";
import { noticeOf } from "./notice";
import { SiteForm } from "./SiteForm";
import { Statement } from "./Statement";
import { Sweep } from "./Sweep";

const DEFAULT_MONTHS = 25;
const MOST_MONTHS = 120;

/** How long events are kept, whose wish not to be counted is followed, and what visitors and others are told of it. */
export function Privacy({ site }: PageProps) {
  const [withUsers, setWithUsers] = useState(false);
  const paragraphs = noticeOf(site, withUsers);
  return (
    <>
      <SiteForm site={site} title={privacy.title} names={["retention", "ignorePrivacySignals"]}>
        {({ value, set, problem }) => (
          <>
            <RadioField
              label={privacy.keep}
              hint={privacy.keepHint}
              value={value.retention === "forever" ? "forever" : "months"}
              options={[
                { value: "months", label: privacy.months },
                { value: "forever", label: privacy.forever },
              ]}
              onChange={(kind) => set({ retention: kind === "forever" ? kind : monthsOf(site.retention) })}
            />
            {value.retention !== "forever" && (
              <Field label={privacy.retention} hint={privacy.retentionHint} problem={problem("retention")}>
                {(ties) => (
                  <input
                    {...ties}
                    class="input short"
                    type="number"
                    min={1}
                    max={MOST_MONTHS}
                    step={1}
                    required
                    value={value.retention === 0 ? "" : String(value.retention)}
                    onInput={(event) => set({ retention: event.currentTarget.valueAsNumber || 0 })}
                  />
                )}
              </Field>
            )}
            <CheckField
              label={privacy.obey}
              hint={privacy.obeyHint}
              checked={!value.ignorePrivacySignals}
              onChange={(obeyed) => set({ ignorePrivacySignals: !obeyed })}
            />
          </>
        )}
      </SiteForm>
      <Sweep key={site.retention} site={site} />
      <section class="card panel" aria-labelledby="notice">
        <div class="panel-row">
          <h2 class="panel-title" id="notice">
            {privacy.noticeTitle}
          </h2>
          <CopyButton value={paragraphs.join("\n\n")} />
        </div>
        <p class="panel-lead">{privacy.noticeLead}</p>
        <CheckField label={privacy.withUsers} checked={withUsers} onChange={setWithUsers} />
        <blockquote class="notice">
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </blockquote>
      </section>
      <Statement site={site} />
    </>
  );
}

function monthsOf(retention: number | "forever"): number {
  return retention === "forever" ? DEFAULT_MONTHS : retention;
}
