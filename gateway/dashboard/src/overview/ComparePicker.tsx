import type { Compare } from "../state/compare";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { addDays, today, wallTime } from "../time/wall";
import { Popover } from "../ui/Popover";
import { OwnDates } from "./OwnDates";
import { rangeLabel } from "./RangePicker";

interface Props {
  readonly view: View;
  /** The site's time zone. */
  readonly zone: string;
  /** The compared range as the answer tells it: two instants, or nothing. */
  readonly compared: readonly string[];
  readonly go: Go;
}

const WORDS = ["previous", "year", "off"] as const;

/** What the numbers are compared with. */
export function ComparePicker({ view, zone, compared, go }: Props) {
  const { compare, weekdays, range } = view;
  if ("word" in range && range.word === "all") return null;
  const word = typeof compare === "string" ? compare : "custom";
  const days = daysOf(compared, zone);
  return (
    <Popover
      trigger={
        <>
          <span class="unseen">{text.compare.label}: </span>
          <span class={word === "off" ? "quiet" : undefined}>
            {word === "off" ? text.compare.off : text.compare.versus(text.compare[word].toLowerCase())}
          </span>
          <span class="caret" aria-hidden="true" />
        </>
      }
      label={text.compare.label}
      align="end"
    >
      {(close) => {
        const choose = (chosen: Compare) => {
          go({ compare: chosen });
          close();
        };
        return (
          <div class="range-panel">
            <div class="presets">
              <ul>
                {WORDS.map((one) => (
                  <li key={one}>
                    <button class="preset" type="button" aria-current={one === word} onClick={() => choose(one)}>
                      {text.compare[one]}
                    </button>
                  </li>
                ))}
              </ul>
              <label class="check" title={text.compare.weekdaysWhy}>
                <input
                  type="checkbox"
                  checked={weekdays}
                  disabled={word === "off" || word === "custom"}
                  onChange={() => go({ weekdays: !weekdays })}
                />
                {text.compare.weekdays}
              </label>
              {days && word !== "off" && <p class="quiet compared">{text.compare.with(rangeLabel(days))}</p>}
            </div>
            <OwnDates
              first={days?.from ?? today(new Date(), zone)}
              last={days?.to ?? today(new Date(), zone)}
              onChoose={choose}
            />
          </div>
        );
      }}
    </Popover>
  );
}

/** The days of an answer's compared range; null without one. */
function daysOf(compared: readonly string[], zone: string): { readonly from: string; readonly to: string } | null {
  const [from, to] = compared.map((instant) => wallTime(new Date(instant), zone));
  if (!from || !to) return null;
  // An end at midnight is that of the day before.
  const last = to.endsWith("00:00:00") ? addDays(to.slice(0, 10), -1) : to.slice(0, 10);
  return { from: from.slice(0, 10), to: last };
}

/** The compared days for people; null without any. */
export function comparedLabel(compared: readonly string[], zone: string): string | null {
  const days = daysOf(compared, zone);
  return days && rangeLabel(days);
}
