// Numbers as people write them: the same words that words.py gives.

/** @type {(exponent: number) => string} */
const power = (exponent) => "10" + String(exponent).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
/** @type {(digits: string) => string} */
const grouped = (digits) => digits.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

/** @type {(value: number | null, digits?: number) => string} */
export function words(value, digits) {
  if (value === null || !Number.isFinite(value)) return "too large";
  const size = Math.abs(value);
  if (size >= 1e9 || (digits === undefined && size > 0 && size < 1e-4)) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    return `${mantissa} × ${power(Number(exponent))}`.replace("-", "−");
  }
  if (digits === undefined && size >= 1000) digits = 0;
  const said = digits === undefined ? String(Number(value.toPrecision(4))) : grouped(value.toFixed(digits));
  return said.replace("-", /[1-9]/.test(said) ? "−" : "");
}
