import type { Go } from "../state/use-view";
import { text } from "../text";
import { daysLabel } from "../time/buckets";
import { RANGE_WORDS, type Range, spanOf, stepped } from "../time/range";
import { today } from "../time/wall";
import { Icon } from "../ui/Icon";
import { Popover } from "../ui/Popover";
import { OwnDates } from "./OwnDates";

interface Props {
  readonly range: Range;
  /** The site's time zone. */
  readonly zone: string;
  readonly go: Go;
}

/** A period for people. */
export function rangeLabel(range: Range): string {
  return "word" in range ? text.range.words[range.word] : daysLabel(range.from, range.to);
}

/** Presets, two days to type or pick, and a step back or forward. */
export function RangePicker({ range, zone, go }: Props) {
  const now = new Date();
  const day = today(now, zone);
  const span = spanOf(range, now, zone);
  return (
    <div class="range">
      <Step range={stepped(range, -1, now, zone)} name="left" label={text.range.earlier} go={go} />
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
            go({ range: chosen, interval: null });
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
              <OwnDates first={span?.from ?? day} last={span?.to ?? day} onChoose={choose} />
            </div>
          );
        }}
      </Popover>
      <Step range={stepped(range, 1, now, zone)} name="right" label={text.range.later} go={go} />
    </div>
  );
}

interface StepProps {
  readonly range: Range | null;
  readonly name: "left" | "right";
  readonly label: string;
  readonly go: Go;
}

function Step({ range, name, label, go }: StepProps) {
  return (
    <button
      class="button step"
      type="button"
      aria-label={label}
      title={label}
      disabled={range === null}
      onClick={() => range && go({ range })}
    >
      <Icon name={name} />
    </button>
  );
}
