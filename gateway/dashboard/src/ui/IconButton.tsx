import { Icon, type IconName } from "./Icon";

interface Props {
  readonly icon: IconName;
  /** What a press does, and to what. */
  readonly label: string;
  readonly onClick: () => void;
}

/** A button that is a sign; its words are told to readers by ear and on hovering. */
export function IconButton({ icon, label, onClick }: Props) {
  return (
    <button class="button bare icon" type="button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
