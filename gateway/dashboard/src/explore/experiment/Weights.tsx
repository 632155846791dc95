import { useState } from "preact/hooks";
import { visible } from "../../format";
import { text } from "../../text";
import { Choice } from "../Choice";

const words = text.explore.experiment;

interface Props {
  readonly weights: Readonly<Record<string, number>>;
  readonly variants: readonly string[];
  readonly problem: string;
  readonly onChange: (weights: Readonly<Record<string, number>>) => void;
}

/** How the application was told to split: even, or a number for each variant. */
export function Weights({ weights, variants, problem, onChange }: Props) {
  const own = Object.keys(weights).length > 0;
  const [open, setOpen] = useState(own);
  const names = [...new Set([...variants, ...Object.keys(weights)])];
  return (
    <div class="weights">
      <Choice
        label={words.split}
        value={open || own ? "own" : "even"}
        options={[
          { value: "even", label: words.splitEven },
          { value: "own", label: words.splitOwn },
        ]}
        onChange={(chosen) => {
          setOpen(chosen === "own");
          if (chosen === "even" && own) onChange({});
        }}
        problem={problem}
      />
      {(open || own) &&
        names.map((name) => (
          <label key={name} class="weight">
            <bdi class="weight-name">{visible(name)}</bdi>
            <input
              class="input"
              type="number"
              min="0.001"
              max="1000000"
              step="any"
              aria-label={words.weight(visible(name))}
              value={weights[name] ?? 1}
              onChange={(event) => {
                const weight = event.currentTarget.valueAsNumber;
                if (weight > 0)
                  onChange(Object.fromEntries(names.map((one) => [one, one === name ? weight : (weights[one] ?? 1)])));
              }}
            />
          </label>
        ))}
    </div>
  );
}
