import { faker } from "@faker-js/faker/locale/en";

const { person } = faker.rawDefinitions;

faker.seed(1);

/** What invented people are called, and where they live. */
export default {
  given: [...new Set([...(person?.first_name?.female ?? []), ...(person?.first_name?.male ?? [])])].sort(),
  surnames: [...new Set(person?.last_name?.generic ?? [])].sort(),
  streets: [...new Set(Array.from({ length: 400 }, () => faker.location.street()))].sort(),
};
