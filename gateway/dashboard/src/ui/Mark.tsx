import mark from "../assets/mark.svg";

/** The product's sign; decoration, so without a name. */
export function Mark() {
  return <img class="mark" src={mark} alt="" width="28" height="28" />;
}
