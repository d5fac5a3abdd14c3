/** Vectors of length 1, stored as 32-bit floats one after the other. Their dot product is the cosine. */

/** A vector made as long as 1; one of zeros stays what it is. */
export function toUnit(vector: Float32Array): Float32Array<ArrayBuffer> {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  return Float32Array.from(vector, (value) => (length > 0 ? value / length : 0));
}

/** How alike two unit vectors are, -1 to 1. Those of different models, with different dimensions, are not at all. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

/** A stored vector. Databases give their own kind of bytes, which need not begin at a multiple of four. */
export function fromBytes(bytes: ArrayBuffer | Uint8Array): Float32Array {
  if (bytes instanceof ArrayBuffer) return new Float32Array(bytes);
  return new Float32Array(bytes.slice().buffer);
}
