/** The mark: a brake disc with its caliper. */
export function Mark({ size = 24 }: { size?: number }) {
  return <img src="/icon.svg" alt="" width={size} height={size} />;
}
