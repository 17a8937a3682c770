// The operations that Python records, by PyTorch's names and in the order of its arguments, and how a record is replayed.
import {
  axisOf,
  cat,
  convolution,
  cummax,
  cumsum,
  expand,
  fill,
  flip,
  insert,
  least,
  logsumexp,
  map,
  most,
  norm,
  permute,
  pick,
  pool,
  product,
  reduce,
  reshape,
  scalar,
  select,
  slice,
  swap,
  tensor,
  total,
  within,
} from "./tensors.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */
/** @typedef {{ steps: [string, ...any[]][], outputs: any[] }} RecordedFunction as record.py gives it */

/** @type {(source: Tensor, axis: number | null, keep: boolean, rule: (values: any) => number) => Tensor} */
const place = (source, axis, keep, rule) => reduce(source, axis, keep, (values) => values.indexOf(rule(values)));
/** @type {(x: number) => number} */
const sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : x);
/** @type {(x: Tensor) => Tensor} */
const same = (x) => x;

/** @type {Record<string, (...given: any[]) => any>} */
const operations = {
  tensor,
  item: (list, place) => list[place],
  add: (a, b, alpha) => map((x, y) => x + alpha * y)(a, b),
  sub: (a, b, alpha) => map((x, y) => x - alpha * y)(a, b),
  rsub: (a, b, alpha) => map((x, y) => y - alpha * x)(a, b),
  mul: map((x, y) => x * y),
  div: map((x, y) => x / y),
  pow: map((x, y) => (y === 2 ? x * x : x ** y)),
  neg: map((x) => -x),
  abs: map(Math.abs),
  sign: map(sign),
  sgn: map(sign),
  reciprocal: map((x) => 1 / x),
  sqrt: map(Math.sqrt),
  exp: map(Math.exp),
  expm1: map(Math.expm1),
  log: map(Math.log),
  log1p: map(Math.log1p),
  sin: map(Math.sin),
  cos: map(Math.cos),
  tanh: map(Math.tanh),
  sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  relu: map((x) => Math.max(x, 0)),
  maximum: map(Math.max),
  minimum: map(Math.min),
  clamp: (a, low, high) => map((x) => Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity))(a),
  clamp_min: map(Math.max),
  clamp_max: map(Math.min),
  addmm: (bias, a, b) => operations.add(product(a, b), bias, 1),
  sigmoid_backward: map((g, y) => g * y * (1 - y)),
  tanh_backward: map((g, y) => g * (1 - y * y)),
  threshold_backward: (gradient, a, threshold) => map((g, x) => (x > threshold ? g : 0))(gradient, a),
  where: map((condition, x, y) => (condition ? x : y)),
  eq: map((x, y) => +(x === y)),
  ne: map((x, y) => +(x !== y)),
  gt: map((x, y) => +(x > y)),
  ge: map((x, y) => +(x >= y)),
  lt: map((x, y) => +(x < y)),
  le: map((x, y) => +(x <= y)),
  logical_and: map((x, y) => +(x && y !== 0)),
  logical_or: map((x, y) => +(x !== 0 || y !== 0)),
  logical_not: map((x) => +!x),
  sum: (a, axes, keep) => reduce(a, axes, keep, total),
  mean: (a, axes, keep) => reduce(a, axes, keep, (values) => total(values) / values.length),
  amax: (a, axes, keep) => reduce(a, axes, keep, most),
  amin: (a, axes, keep) => reduce(a, axes, keep, least),
  argmax: (a, axis, keep) => place(a, axis, keep, most),
  argmin: (a, axis, keep) => place(a, axis, keep, least),
  linalg_vector_norm: norm,
  binary_cross_entropy_with_logits: (a, b, _weight, _positive, reduction) => {
    const losses = map((z, y) => (1 - y) * z - Math.min(z, 0) + Math.log1p(Math.exp(-Math.abs(z))))(a, b);
    return [operations.clone, operations.mean, operations.sum][reduction ?? 1](losses);
  },
  logsumexp,
  _log_softmax: (a, axis) => operations.sub(a, logsumexp(a, axis, true), 1),
  _softmax: (a, axis) => operations.exp(operations._log_softmax(a, axis)),
  convolution,
  max_pool2d_with_indices: (a, kernel, stride, padding, dilation) => [
    pool(a, most, kernel, stride, padding, dilation),
  ],
  avg_pool2d: (a, kernel, stride) => pool(a, (values) => total(values) / values.length, kernel, stride, [0, 0]),
  native_batch_norm: (/** @type {Tensor} */ a, weight, bias, mean, variance, _training, _momentum, eps) => {
    /** @type {(each: Tensor | null, empty?: number) => Tensor} */
    const along = (each, empty) =>
      reshape(each ?? fill(mean.shape, empty ?? 0), a.shape.map((_, axis) => (axis === 1 ? -1 : 1)));
    return [
      map((x, w, b, m, v) => (x - m) / Math.sqrt(v + eps) * w + b)(
        a,
        along(weight, 1),
        along(bias, 0),
        along(mean),
        along(variance),
      ),
    ];
  },
  mm: product,
  mv: (a, b) => reshape(product(a, insert(b, 1)), [a.shape[0]]),
  dot: (/** @type {Tensor} */ a, /** @type {Tensor} */ b) => tensor([], [total(a.data.map((x, i) => x * b.data[i]))]),
  bmm: (a, b) =>
    operations.stack(
      a.shape[0] ? Array.from({ length: a.shape[0] }, (_, i) => product(select(a, 0, i), select(b, 0, i))) : [],
      0,
    ),
  t: (a) => (a.shape.length < 2 ? a : swap(a, 0, 1)),
  transpose: swap,
  permute,
  view: reshape,
  _unsafe_view: reshape,
  expand,
  unsqueeze: insert,
  squeeze: (/** @type {Tensor} */ a, axes) => {
    const gone = axes === null || axes === undefined
      ? a.shape.map((_, axis) => axis)
      : [axes].flat().map((axis) => axisOf(axis, a.shape.length));
    return tensor(a.shape.filter((n, axis) => n !== 1 || !gone.includes(axis)), a.data);
  },
  select,
  slice,
  cat,
  flip,
  cumsum,
  cummax: (a, axis) => [cummax(a, axis)],
  select_backward: (g, shape, axis, place) => within(insert(g, axis), shape, axis, place),
  slice_backward: (g, shape, axis, start) => within(g, shape, axis, start),
  index: (a, [places]) => pick(a, 0, places),
  index_select: pick,
  stack: (/** @type {Tensor[]} */ tensors, axis) => cat(tensors.map((each) => insert(each, axis ?? 0)), axis ?? 0),
  unbind: (a, axis) =>
    Array.from({ length: a.shape[axisOf(axis ?? 0, a.shape.length)] }, (_, i) => select(a, axis ?? 0, i)),
  ones: (shape) => fill(shape, 1),
  zeros: (shape) => fill(shape, 0),
  full: fill,
  ones_like: (a) => fill(a.shape, 1),
  zeros_like: (a) => fill(a.shape, 0),
  full_like: (a, value) => fill(a.shape, value),
  alias: same,
  _to_copy: same,
  clone: same,
  detach: same,
  lift_fresh_copy: same,
};
// Overloads whose last argument PyTorch leaves out: an alpha of 1.
for (const name of ["add", "sub", "rsub"]) {
  const full = operations[name];
  operations[name] = (a, b, alpha) => full(a, b, alpha ?? 1);
}

operations.squeeze_ = operations.squeeze; // of what a product of a row and a matrix has just made

export const known = Object.keys(operations);

/** @type {WeakMap<RecordedFunction, any[]>} */
const constants = new WeakMap(); // the tensors of a record that no slider changes, made once

/** @type {(spec: RecordedFunction) => any[]} */
function constantsOf(spec) {
  const made = constants.get(spec) ??
    spec.steps.map(([name, shape, data]) => name === "tensor" ? tensor(shape, data.map(Number)) : null);
  constants.set(spec, made);
  return made;
}

/**
 * Replay a record with some values of the handles, numbers or tensors: the values of each of the function's tensors.
 * @param {RecordedFunction} spec
 * @param {(Tensor | number)[]} values
 * @returns {number[][]}
 */
export function replay(spec, values) {
  const results = [...constantsOf(spec)];
  /** @type {(argument: any) => any} */
  const look = (argument) => {
    if (typeof argument === "string") {
      return argument[0] === "#" ? results[Number(argument.slice(1))] : Number(argument);
    }
    return Array.isArray(argument) ? argument.map(look) : argument;
  };
  spec.steps.forEach(([name, ...args], i) => {
    results[i] ??= name === "slider" ? scalar(values[args[0]]) : operations[name](...args.map(look));
  });
  return spec.outputs.map((output) => {
    const { data } = look(output);
    return Array.isArray(data) ? data : Array.from(data); // a constant is the same list each time
  });
}
