import type { ComponentChildren } from "preact";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Download } from "../ui/Download";
import { Icon } from "../ui/Icon";

interface Props {
  /** What the file of the answer is called. */
  readonly name: string;
  /** Asks for the answer as a file. */
  readonly csv: () => Promise<Blob>;
  /** Goes between the picture and the numbers behind it, where there are both. */
  readonly table?: { readonly view: View; readonly go: Go };
  /** Further choices about what is shown. */
  readonly children?: ComponentChildren;
}

/** What can be done with an answer. */
export function AnswerTools({ name, csv, table, children }: Props) {
  return (
    <div class="answer-tools">
      {children}
      {table && (
        <button class="button bare" type="button" onClick={() => table.go({ table: !table.view.table }, "replace")}>
          <Icon name={table.view.table ? "chart" : "table"} />{" "}
          {table.view.table ? text.chart.asChart : text.chart.asTable}
        </button>
      )}
      <Download name={`${name}.csv`} label={text.lists.csv} quiet ask={csv} />
    </div>
  );
}
