// Tensors: a shape and its values, row by row.

/** @typedef {number[]} Shape */
/** @typedef {{ shape: Shape, data: number[] }} Tensor */
/** @typedef {number | number[] | null | undefined} Axes one axis or several; all of them where there are none */

/** @type {(shape: Shape) => number} */
const size = (shape) => shape.reduce((product, n) => product * n, 1);
/** @type {(shape: Shape, data: number[]) => Tensor} */
export const tensor = (shape, data) => ({ shape, data });
/** @type {(value: Tensor | number | boolean) => Tensor} */
export const scalar = (value) => (typeof value === "object" ? value : tensor([], [Number(value)]));
/** @type {(shape: Shape, value: number) => Tensor} */
export const fill = (shape, value) => tensor(shape, new Array(size(shape)).fill(value));
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
 * A tensor's values as another shape reads them: rule(index) says which index to take for each index of `shape`.
 * @param {Tensor} source
 * @param {Shape} shape
 * @param {(index: number[]) => number[]} rule
 */
export function gather(source, shape, rule) {
  const step = strides(shape), from = strides(source.shape);
  const data = Array.from({ length: size(shape) }, (_, flat) => {
    const index = shape.map((n, axis) => Math.floor(flat / step[axis]) % n);
    return source.data[rule(index).reduce((sum, i, axis) => sum + i * from[axis], 0)];
  });
  return tensor(shape, data);
}

/** @type {(source: Tensor, shape: Shape) => Tensor} */
export function expand(source, shape) {
  const lead = shape.length - source.shape.length;
  const full = shape.map((n, axis) => (n === -1 ? source.shape[axis - lead] : n));
  return gather(source, full, (index) => source.shape.map((n, axis) => (n === 1 ? 0 : index[axis + lead])));
}

/** @type {(tensors: Tensor[]) => [Shape, Tensor[]]} */
function together(tensors) {
  const rank = Math.max(...tensors.map((each) => each.shape.length));
  const shape = Array.from(
    { length: rank },
    (_, axis) =>
      tensors.map((each) => each.shape[axis - rank + each.shape.length] ?? 1).reduce((n, m) => (n === 1 ? m : n)),
  );
  return [shape, tensors.map((each) => (size(each.shape) === size(shape) ? each : expand(each, shape)))];
}

/** @type {(rule: (...values: number[]) => number) => (...given: (Tensor | number)[]) => Tensor} */
export const map = (rule) => (...given) => {
  const [shape, tensors] = together(given.map(scalar));
  return tensor(shape, tensors[0].data.map((_, i) => rule(...tensors.map((each) => each.data[i]))));
};

/** @type {(source: Tensor, axes: Axes, keep: boolean, rule: (values: number[]) => number) => Tensor} */
export function reduce(source, axes, keep, rule) {
  const rank = source.shape.length;
  const gone = new Set(axesOf(axes, rank));
  const kept = source.shape.map((n, axis) => (gone.has(axis) ? 1 : n));
  const buckets = Array.from({ length: size(kept) }, () => /** @type {number[]} */ ([]));
  const step = strides(source.shape), to = strides(kept);
  source.data.forEach((value, flat) => {
    const place = source.shape.reduce(
      (sum, n, axis) => sum + (gone.has(axis) ? 0 : (Math.floor(flat / step[axis]) % n) * to[axis]),
      0,
    );
    buckets[place].push(value);
  });
  return tensor(keep ? kept : source.shape.filter((_, axis) => !gone.has(axis)), buckets.map(rule));
}

/** @type {(values: number[]) => number} */
export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** @type {(source: Tensor, shape: Shape) => Tensor} */
export function reshape(source, shape) {
  const known = -size(shape); // where one entry is -1
  return tensor(shape.map((n) => (n === -1 ? size(source.shape) / known : n)), source.data);
}

/** @type {(a: Tensor, b: Tensor) => Tensor} */
export function product(a, b) {
  const [n, k] = a.shape, m = b.shape[1];
  return tensor(
    [n, m],
    Array.from({ length: n * m }, (_, flat) => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a.data[Math.floor(flat / m) * k + i] * b.data[i * m + (flat % m)];
      return sum;
    }),
  );
}

/** @type {(source: Tensor, order: number[]) => Tensor} */
export function permute(source, order) {
  const axes = order.map((axis) => axisOf(axis, source.shape.length));
  return gather(source, axes.map((axis) => source.shape[axis]), (index) => {
    /** @type {number[]} */
    const from = [];
    axes.forEach((axis, place) => {
      from[axis] = index[place];
    });
    return from;
  });
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
  place = axisOf(place, source.shape[axis]);
  const shape = source.shape.filter((_, each) => each !== axis);
  return gather(source, shape, (index) => [...index.slice(0, axis), place, ...index.slice(axis)]);
}

/** @type {(source: Tensor, axis: number, start: number | null, end: number | null, step: number) => Tensor} */
export function slice(source, axis, start, end, step) {
  axis = axisOf(axis ?? 0, source.shape.length);
  const n = source.shape[axis];
  const within = (at) => Math.max(0, Math.min(axisOf(at, n), n)); // as far as there is something
  const first = within(start ?? 0), last = within(end ?? n);
  const shape = source.shape.map((m, each) => (each === axis ? Math.max(0, Math.ceil((last - first) / step)) : m));
  return gather(source, shape, (index) => index.map((i, each) => (each === axis ? first + i * step : i)));
}

/** @type {(tensors: Tensor[], axis?: number) => Tensor} */
export function cat(tensors, axis) {
  axis = axisOf(axis ?? 0, tensors[0].shape.length);
  /** @type {number[]} */
  const starts = [];
  const shape = [...tensors[0].shape];
  shape[axis] = tensors.reduce((sum, each) => {
    starts.push(sum);
    return sum + each.shape[axis];
  }, 0);
  const step = strides(shape);
  const data = Array.from({ length: size(shape) }, (_, flat) => {
    const index = shape.map((n, each) => Math.floor(flat / step[each]) % n);
    const which = starts.findLastIndex((start) => start <= index[axis]);
    index[axis] -= starts[which];
    const from = strides(tensors[which].shape);
    return tensors[which].data[index.reduce((sum, i, each) => sum + i * from[each], 0)];
  });
  return tensor(shape, data);
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
    const most = Math.max(...values);
    return most + Math.log(total(values.map((x) => Math.exp(x - most))));
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
 * @param {(values: number[]) => number} rule
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
