import type { PiiEntity } from "../../schema/checks.ts";
import { fakeCryptoAddress, fakeIpAddress, fakeMacAddress, fakeUrl } from "./fake-network.ts";
import { fakeCard, fakeIban, fakeItin, fakeNhsNumber, fakeNino, fakePhone, fakeSsn } from "./fake-numbers.ts";
import { fakeAddress, fakeBirthDate, fakeEmail, fakeName } from "./fake-person.ts";

/** An invented value. `attempt` counts from 0 and rises while the last ones were taken: a small range gives way then. */
type Inventor = (original: string, attempt: number) => string | Promise<string>;

const INVENTORS: Record<PiiEntity, Inventor> = {
  EMAIL_ADDRESS: fakeEmail,
  PHONE_NUMBER: fakePhone,
  CREDIT_CARD: fakeCard,
  IBAN_CODE: fakeIban,
  US_SSN: fakeSsn,
  US_ITIN: fakeItin,
  UK_NHS: fakeNhsNumber,
  UK_NINO: fakeNino,
  IP_ADDRESS: fakeIpAddress,
  MAC_ADDRESS: fakeMacAddress,
  URL: fakeUrl,
  CRYPTO: fakeCryptoAddress,
  DATE_TIME: fakeBirthDate,
  PERSON: fakeName,
  LOCATION: fakeAddress,
};

/** A plausible value of the same kind that belongs to nobody. */
export function fakeValue(type: PiiEntity, original: string, attempt: number): string | Promise<string> {
  return INVENTORS[type](original, attempt);
}
