/** Makes the compiler reject a switch that forgets a case; reached only if the two sides of the border disagree. */
export function assertNever(value: never): never {
  throw new Error(`unexpected: ${JSON.stringify(value)}`);
}
