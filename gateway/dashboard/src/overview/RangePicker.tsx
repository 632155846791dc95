import { useState } from "preact/hooks";
import type { Go } from "../state/use-view";
import { text } from "../text";
import { bucketLabel } from "../time/buckets";
import { dateRange, RANGE_WORDS, type Range } from "../time/range";
import { today } from "../time/wall";
import { Popover } from "../ui/Popover";

interface Props {
  readonly range: Range;
  /** The site's time zone. */
  readonly zone: string;
  readonly go: Go;
}

function rangeLabel(range: Range): string {
  if ("word" in range) return text.range.words[range.word];
  const [from, to] = [range.from, range.to].map((day) => bucketLabel(day, "week", "full"));
  return from === to ? `${from}` : `${from} – ${to}`;
}

/** Presets, and two days to type or pick. */
export function RangePicker({ range, zone, go }: Props) {
  return (
    <div class="range">
      <Popover
        trigger={
          <>
            <span class="unseen">{text.range.label}: </span>
            {rangeLabel(range)}
            <span class="caret" aria-hidden="true" />
          </>
        }
        label={text.range.label}
        align="end"
      >
        {(close) => {
          const choose = (chosen: Range) => {
            go({ range: chosen });
            close();
          };
          return (
            <div class="range-panel">
              <ul class="presets">
                {RANGE_WORDS.map((word) => (
                  <li key={word}>
                    <button
                      class="preset"
                      type="button"
                      aria-current={"word" in range && range.word === word}
                      onClick={() => choose({ word })}
                    >
                      {text.range.words[word]}
                    </button>
                  </li>
                ))}
              </ul>
              <OwnDates range={range} zone={zone} onChoose={choose} />
            </div>
          );
        }}
      </Popover>
    </div>
  );
}

function OwnDates({ range, zone, onChoose }: { range: Range; zone: string; onChoose: (range: Range) => void }) {
  const day = today(new Date(), zone);
  const now = dateRange(range, new Date(), zone);
  const [from, setFrom] = useState(typeof now === "string" ? day : now[0]);
  const [to, setTo] = useState(typeof now === "string" ? day : now[1]);
  const backwards = from > to;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!backwards) onChoose({ from, to });
  };
  return (
    <form class="form" onSubmit={submit}>
      <p class="form-title">{text.range.custom}</p>
      <label class="field">
        {text.range.from}
        <input
          class="input"
          type="date"
          required
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        {text.range.to}
        <input class="input" type="date" required value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <p class="problem" role="alert">
        {backwards ? text.range.backwards : ""}
      </p>
      <button class="button primary" type="submit" disabled={backwards}>
        {text.range.apply}
      </button>
    </form>
  );
}
