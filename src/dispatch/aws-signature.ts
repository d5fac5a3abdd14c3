const SERVICE = "bedrock";
/** Where a host name does not tell the region, as behind a proxy of the operator's. */
const DEFAULT_REGION = "us-east-1";

/**
 * Headers that sign a request for AWS. The secret is `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`; a secret
 * without a colon is a Bedrock API key, which is sent as it is.
 */
export async function signForAws(url: string, body: string, secret: string): Promise<Record<string, string>> {
  const [accessKeyId, secretAccessKey, ...rest] = secret.split(":");
  if (!accessKeyId || !secretAccessKey) return { authorization: `Bearer ${secret}` };
  const sessionToken = rest.length > 0 ? { sessionToken: rest.join(":") } : {};
  const { AwsV4Signer } = await import("aws4fetch");
  const signer = new AwsV4Signer({
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body,
    accessKeyId,
    secretAccessKey,
    ...sessionToken,
    service: SERVICE,
    region: regionOf(url),
  });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}

/** `bedrock-runtime.eu-central-1.amazonaws.com` → `eu-central-1` */
function regionOf(url: string): string {
  return /^bedrock(?:-runtime)?(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).host)?.[1] ?? DEFAULT_REGION;
}
