// Tensors: a shape and its values, row by row.

/** @typedef {number[]} Shape */
/** @typedef {number[] | Float64Array} Values */
/** @typedef {{ shape: Shape, data: Values }} Tensor */
/** @typedef {number | number[] | null | undefined} Axes one axis or several; all of them where there are none */

/** @type {(shape: Shape) => number} */
const size = (shape) => shape.reduce((product, n) => product * n, 1);
/** @type {(shape: Shape, data: Values) => Tensor} */
export const tensor = (shape, data) => ({ shape, data });
/** @type {(value: Tensor | number | boolean) => Tensor} */
export const scalar = (value) => (typeof value === "object" ? value : tensor([], [Number(value)]));
/** @type {(shape: Shape, value: number) => Tensor} */
export const fill = (shape, value) => tensor(shape, new Float64Array(size(shape)).fill(value));
/** @type {(shape: Shape) => number[]} */
const strides = (shape) => shape.map((_, axis) => size(shape.slice(axis + 1)));
/** @type {(axis: number, rank: number) => number} */
export const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);

/** @type {(axes: Axes, rank: number) => number[]} */
const axesOf = (axes, rank) => {
  const given = [axes ?? []].flat();
  return (given.length ? given : [...Array(rank).keys()]).map((axis) => axisOf(axis, rank));
};

/**
 * A tensor's values as another shape reads them: one step along an axis of `shape` is `steps` in the source's data.
 * @param {Tensor} source
 * @param {Shape} shape
 * @param {number[]} steps
 * @param {number} first the place in the source's data where it begins
 */
function read(source, shape, steps, first = 0) {
  const data = new Float64Array(size(shape)), last = shape.length - 1;
  if (last < 0) data[0] = source.data[first];
  let at = 0;
  /** @type {(axis: number, from: number) => void} */
  const along = (axis, from) => {
    const n = shape[axis], step = steps[axis];
    for (let i = 0; i < n; i++, from += step) {
      if (axis === last) data[at++] = source.data[from];
      else along(axis + 1, from);
    }
  };
  if (last >= 0 && data.length) along(0, first);
  return tensor(shape, data);
}

/** @type {(source: Tensor, shape: Shape) => Tensor} */
export function expand(source, shape) {
  const lead = shape.length - source.shape.length, from = strides(source.shape);
  const full = shape.map((n, axis) => (n === -1 ? source.shape[axis - lead] : n));
  return read(source, full, full.map((_, axis) => (source.shape[axis - lead] > 1 ? from[axis - lead] : 0)));
}

/** @type {(tensors: Tensor[]) => [Shape, Tensor[]]} */
function together(tensors) {
  const largest = tensors.reduce((a, b) => (b.shape.length > a.shape.length ? b : a)).shape;
  /** @type {(shape: Shape) => boolean} */
  const fits = (shape) => !shape.length || (shape.length === largest.length && shape.every((n, i) => n === largest[i]));
  if (tensors.every((each) => fits(each.shape))) return [largest, tensors]; // as most do, and it saves half the time
  const rank = Math.max(...tensors.map((each) => each.shape.length));
  const shape = Array.from(
    { length: rank },
    (_, axis) =>
      tensors.map((each) => each.shape[axis - rank + each.shape.length] ?? 1).reduce((n, m) => (n === 1 ? m : n)),
  );
  const count = size(shape);
  return [shape, tensors.map((each) => ([1, count].includes(each.data.length) ? each : expand(each, shape)))];
}

/** @type {(rule: (...values: number[]) => number) => (...given: (Tensor | number)[]) => Tensor} */
export const map = (rule) => (...given) => {
  const [shape, tensors] = together(given.map(scalar));
  const data = new Float64Array(size(shape));
  const [a, b] = tensors.map((each) => each.data), lists = tensors.map((each) => each.data);
  if (lists.length === 1) { for (let i = 0; i < data.length; i++) data[i] = rule(a[i]); }
  else if (lists.length === 2) {
    const i1 = a.length === 1 ? 0 : 1, i2 = b.length === 1 ? 0 : 1; // one value stands for all
    for (let i = 0; i < data.length; i++) data[i] = rule(a[i * i1], b[i * i2]);
  } else {
    for (let i = 0; i < data.length; i++) data[i] = rule(...lists.map((each) => each[each.length === 1 ? 0 : i]));
  }
  return tensor(shape, data);
};

/** @type {(source: Tensor, axes: Axes, keep: boolean, rule: (values: Values) => number) => Tensor} */
export function reduce(source, axes, keep, rule) {
  const rank = source.shape.length, gone = axesOf(axes, rank).sort((a, b) => a - b);
  const kept = source.shape.map((_, axis) => axis).filter((axis) => !gone.includes(axis));
  const { data } = permute(source, [...kept, ...gone]), count = size(gone.map((axis) => source.shape[axis]));
  const shape = keep
    ? source.shape.map((n, axis) => (gone.includes(axis) ? 1 : n))
    : kept.map((axis) => source.shape[axis]);
  const values = new Float64Array(count), found = new Float64Array(size(shape)); // one list for all that are reduced
  for (let i = 0; i < found.length; i++) {
    for (let j = 0; j < count; j++) values[j] = data[i * count + j];
    found[i] = rule(values);
  }
  return tensor(shape, found);
}

/** @type {(values: Values) => number} */
export function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** @type {(better: (a: number, b: number) => number) => (values: Values) => number} */
const best = (better) => (values) => {
  let found = values[0];
  for (let i = 1; i < values.length; i++) found = better(found, values[i]);
  return found;
};
export const most = best(Math.max), least = best(Math.min);

/** @type {(rule: (before: number, value: number) => number) => (source: Tensor, axis: number) => Tensor} */
const running = (rule) => (source, axis) => {
  axis = axisOf(axis, source.shape.length);
  const data = Float64Array.from(source.data), step = strides(source.shape)[axis] ?? 1, n = source.shape[axis] ?? 1;
  for (let i = 0; i < data.length; i++) if (Math.floor(i / step) % n) data[i] = rule(data[i - step], data[i]);
  return tensor(source.shape, data);
};
export const cumsum = running((before, value) => before + value), cummax = running(Math.max);

/** @type {(source: Tensor, shape: Shape) => Tensor} */
export function reshape(source, shape) {
  const known = -size(shape); // where one entry is -1
  return tensor(shape.map((n) => (n === -1 ? size(source.shape) / known : n)), source.data);
}

/** @type {(a: Tensor, b: Tensor) => Tensor} */
export function product(a, b) {
  const [n, k] = a.shape, m = b.shape[1];
  const data = new Float64Array(n * m);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < k; i++) {
      const factor = a.data[row * k + i];
      for (let column = 0; column < m; column++) data[row * m + column] += factor * b.data[i * m + column];
    }
  }
  return tensor([n, m], data);
}

/** @type {(source: Tensor, order: number[]) => Tensor} */
export function permute(source, order) {
  const axes = order.map((axis) => axisOf(axis, source.shape.length)), from = strides(source.shape);
  const shape = axes.map((axis) => source.shape[axis]);
  if (axes.every((axis, i) => axis === i)) return tensor(shape, source.data);
  return read(source, shape, axes.map((axis) => from[axis]));
}

/** @type {(source: Tensor, a: number, b: number) => Tensor} */
export function swap(source, a, b) {
  const order = source.shape.map((_, axis) => axis);
  [a, b] = [axisOf(a, order.length), axisOf(b, order.length)];
  [order[a], order[b]] = [order[b], order[a]];
  return permute(source, order);
}

/** @type {(source: Tensor, axis: number) => Tensor} */
export function insert(source, axis) {
  const shape = [...source.shape];
  shape.splice(axisOf(axis, shape.length + 1), 0, 1);
  return tensor(shape, source.data);
}

/** @type {(source: Tensor, axis: number, place: number) => Tensor} */
export function select(source, axis, place) {
  axis = axisOf(axis, source.shape.length);
  const from = strides(source.shape), first = axisOf(place, source.shape[axis]) * from[axis];
  /** @type {(list: number[]) => number[]} */
  const others = (list) => list.filter((_, each) => each !== axis);
  return read(source, others(source.shape), others(from), first);
}

/** @type {(source: Tensor, axis: number, start: number | null, end: number | null, step: number) => Tensor} */
export function slice(source, axis, start, end, step) {
  axis = axisOf(axis ?? 0, source.shape.length);
  const n = source.shape[axis], from = strides(source.shape);
  /** @param {number} at */
  const within = (at) => Math.max(0, Math.min(axisOf(at, n), n)); // as far as there is something
  const first = within(start ?? 0), last = within(end ?? n);
  const shape = source.shape.map((m, each) => (each === axis ? Math.max(0, Math.ceil((last - first) / step)) : m));
  return read(source, shape, from.map((each, i) => (i === axis ? each * step : each)), first * from[axis]);
}

/** @type {(source: Tensor, axes: number[]) => Tensor} */
export function flip(source, axes) {
  const turned = axesOf(axes, source.shape.length), from = strides(source.shape);
  const first = turned.reduce((sum, axis) => sum + (source.shape[axis] - 1) * from[axis], 0);
  return read(source, source.shape, from.map((step, axis) => (turned.includes(axis) ? -step : step)), first);
}

/** @type {(source: Tensor, axis: number, places: Tensor) => Tensor} */
export function pick(source, axis, places) {
  axis = axisOf(axis, source.shape.length);
  const n = source.shape[axis], [before, after] = [source.shape.slice(0, axis), source.shape.slice(axis + 1)];
  const shape = [...before, ...places.shape, ...after], data = new Float64Array(size(shape)), block = size(after);
  let at = 0;
  for (let first = 0; at < data.length; first += n) {
    for (const place of places.data) {
      const from = (first + axisOf(place, n)) * block;
      for (let i = 0; i < block; i++) data[at++] = source.data[from + i];
    }
  }
  return tensor(shape, data);
}

/** @type {(tensors: Tensor[], axis?: number) => Tensor} */
export function cat(tensors, axis) {
  const shape = [...tensors[0].shape], along = axisOf(axis ?? 0, shape.length);
  shape[along] = tensors.reduce((sum, each) => sum + each.shape[along], 0);
  const data = new Float64Array(size(shape)), blocks = size(shape.slice(0, along));
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    for (const each of tensors) {
      const count = each.data.length / blocks;
      for (let i = 0; i < count; i++) data[at++] = each.data[block * count + i];
    }
  }
  return tensor(shape, data);
}

/**
 * Zeros of a shape, with some values in a row from a place of an axis on.
 * @type {(source: Tensor, shape: Shape, axis: number, first: number) => Tensor}
 */
export function within(source, shape, axis, first) {
  axis = axisOf(axis, shape.length);
  first = axisOf(first, shape[axis]);
  /** @type {(count: number) => Tensor} */
  const zeros = (count) => fill(shape.map((n, each) => (each === axis ? count : n)), 0);
  return cat([zeros(first), source, zeros(shape[axis] - first - source.shape[axis])], axis);
}

/** @type {(source: Tensor, order: number, axes: Axes, keep: boolean) => Tensor} */
export function norm(source, order, axes, keep) {
  return reduce(source, axes, keep, (values) => total(values.map((x) => Math.abs(x) ** order)) ** (1 / order));
}

/**
 * The largest value is taken off first: exp of a large number is infinite.
 * @type {(source: Tensor, axes: Axes, keep: boolean) => Tensor}
 */
export function logsumexp(source, axes, keep) {
  return reduce(source, axes, keep, (values) => {
    const top = most(values);
    return top + Math.log(total(values.map((x) => Math.exp(x - top))));
  });
}

// --- Images: (image, channel, row, column). -----------------------------------------------------------------------
/**
 * The patches that a kernel meets: a list of places in the source's data for each, undefined in the padding.
 * @param {Tensor} source
 * @param {number[]} kernel
 * @param {number[]} stride
 * @param {number[]} padding
 * @param {number[]} dilation
 * @returns {[Shape, (number | undefined)[][]]}
 */
function patches(source, [high, wide], stride, padding, dilation) {
  const [images, channels, rows, columns] = source.shape;
  const [down, across] = stride.length ? stride : [high, wide];
  const shape = [
    Math.floor((rows + 2 * padding[0] - dilation[0] * (high - 1) - 1) / down) + 1,
    Math.floor((columns + 2 * padding[1] - dilation[1] * (wide - 1) - 1) / across) + 1,
  ];
  const lists = Array.from({ length: images * channels * shape[0] * shape[1] }, (_, flat) => {
    const column = flat % shape[1], row = Math.floor(flat / shape[1]) % shape[0];
    const plane = Math.floor(flat / shape[1] / shape[0]) * rows * columns;
    return Array.from({ length: high * wide }, (_, i) => {
      const y = row * down - padding[0] + Math.floor(i / wide) * dilation[0];
      const x = column * across - padding[1] + (i % wide) * dilation[1];
      return y >= 0 && y < rows && x >= 0 && x < columns ? plane + y * columns + x : undefined;
    });
  });
  return [[images, channels, ...shape], lists];
}

/**
 * @param {Tensor} source
 * @param {Tensor} weight
 * @param {Tensor | null} bias
 * @param {number[]} stride
 * @param {number[]} padding
 * @param {number[]} dilation
 */
export function convolution(source, weight, bias, stride, padding, dilation) {
  const [[images, channels, rows, columns], lists] = patches(source, weight.shape.slice(2), stride, padding, dilation);
  const [kernels, each, area] = [weight.shape[0], weight.shape[2] * weight.shape[3], rows * columns];
  return tensor(
    [images, kernels, rows, columns],
    Array.from({ length: images * kernels * area }, (_, flat) => {
      const kernel = Math.floor(flat / area) % kernels, image = Math.floor(flat / area / kernels);
      let sum = bias ? bias.data[kernel] : 0;
      for (let channel = 0; channel < channels; channel++) {
        lists[(image * channels + channel) * area + (flat % area)].forEach((place, i) => {
          if (place !== undefined) sum += source.data[place] * weight.data[(kernel * channels + channel) * each + i];
        });
      }
      return sum;
    }),
  );
}

/**
 * @param {Tensor} source
 * @param {(values: Values) => number} rule
 * @param {number[]} kernel
 * @param {number[]} stride
 * @param {number[]} padding
 * @param {number[]} dilation
 */
export function pool(source, rule, kernel, stride, padding, dilation = [1, 1]) {
  /** @type {(pair: number[]) => number[]} */
  const both = (pair) => (pair.length === 1 ? [pair[0], pair[0]] : pair);
  const [shape, lists] = patches(source, both(kernel), both(stride), both(padding), both(dilation));
  return tensor(
    shape,
    lists.map((list) => rule(list.filter((place) => place !== undefined).map((place) => source.data[place]))),
  );
}
