/** Every country's numbering plan, as `libphonenumber-js` reads it. */
export { default } from "libphonenumber-js/min/metadata";
