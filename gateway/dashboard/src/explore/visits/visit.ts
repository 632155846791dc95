/** What the API says of a value that a visit does not have. */
export const NOT_SET = "(not set)";
