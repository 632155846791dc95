import { factor } from "../text/people";
import { CodeDialog } from "./CodeDialog";

interface Props {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}

/** Recovery codes, shown this once. */
export function FactorCodes({ codes, onClose }: Props) {
  return (
    <CodeDialog
      title={factor.codes}
      lead={factor.codesLead}
      label={factor.codesLabel}
      code={codes.join("\n")}
      done={factor.kept}
      onClose={onClose}
    />
  );
}
