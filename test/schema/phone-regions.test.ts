import { getCountries } from "libphonenumber-js/min";
import { expect, it } from "vitest";
import { PHONE_REGIONS } from "../../src/schema/phone-regions.ts";

it("the regions that may be named are those whose plan the library has", () => {
  expect([...PHONE_REGIONS].sort()).toEqual(getCountries().sort());
});
