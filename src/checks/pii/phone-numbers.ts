/** What is used of the library; the rest of it stays out of the bundle. */
export { parsePhoneNumberFromString } from "libphonenumber-js/core";
