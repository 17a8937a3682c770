// Makes every <figure class="live"> of the page live: sliders, a reset button, and the marks redrawn as they move.
// The figure's data-spec holds what Python recorded; there is no formula here, and nothing is evaluated as code.

// --- Tensors: a shape and its values, row by row. -----------------------------------------------------------------
const size = (shape) => shape.reduce((product, n) => product * n, 1);
const tensor = (shape, data) => ({ shape, data });
const scalar = (value) => (typeof value === "object" ? value : tensor([], [Number(value)]));
const fill = (shape, value) => tensor(shape, new Array(size(shape)).fill(value));
const strides = (shape) => shape.map((_, axis) => size(shape.slice(axis + 1)));
const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);

// A tensor's values as another shape reads them: rule(index) says which index to take for each index of `shape`.
function gather(source, shape, rule) {
  const step = strides(shape), from = strides(source.shape);
  const data = Array.from({ length: size(shape) }, (_, flat) => {
    const index = shape.map((n, axis) => Math.floor(flat / step[axis]) % n);
    return source.data[rule(index).reduce((sum, i, axis) => sum + i * from[axis], 0)];
  });
  return tensor(shape, data);
}

function expand(source, shape) {
  const lead = shape.length - source.shape.length;
  const full = shape.map((n, axis) => (n === -1 ? source.shape[axis - lead] : n));
  return gather(source, full, (index) => source.shape.map((n, axis) => (n === 1 ? 0 : index[axis + lead])));
}

function together(tensors) {
  const rank = Math.max(...tensors.map((each) => each.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    tensors.map((each) => each.shape[axis - rank + each.shape.length] ?? 1).reduce((n, m) => (n === 1 ? m : n)));
  return [shape, tensors.map((each) => (size(each.shape) === size(shape) ? each : expand(each, shape)))];
}

const map = (rule) => (...given) => {
  const [shape, tensors] = together(given.map(scalar));
  return tensor(shape, tensors[0].data.map((_, i) => rule(...tensors.map((each) => each.data[i]))));
};

function reduce(source, axes, keep, rule) {
  const rank = source.shape.length;
  const gone = new Set((axes === null || axes === undefined || axes.length === 0
    ? source.shape.map((_, axis) => axis) : [axes].flat()).map((axis) => axisOf(axis, rank)));
  const kept = source.shape.map((n, axis) => (gone.has(axis) ? 1 : n));
  const buckets = Array.from({ length: size(kept) }, () => []);
  const step = strides(source.shape), to = strides(kept);
  source.data.forEach((value, flat) => {
    const place = source.shape.reduce((sum, n, axis) =>
      sum + (gone.has(axis) ? 0 : (Math.floor(flat / step[axis]) % n) * to[axis]), 0);
    buckets[place].push(value);
  });
  return tensor(keep ? kept : source.shape.filter((_, axis) => !gone.has(axis)), buckets.map(rule));
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

function reshape(source, shape) {
  const known = -size(shape);  // where one entry is -1
  return tensor(shape.map((n) => (n === -1 ? size(source.shape) / known : n)), source.data);
}

function product(a, b) {
  const [n, k] = a.shape, m = b.shape[1];
  return tensor([n, m], Array.from({ length: n * m }, (_, flat) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a.data[Math.floor(flat / m) * k + i] * b.data[i * m + (flat % m)];
    return sum;
  }));
}

function permute(source, order) {
  const axes = order.map((axis) => axisOf(axis, source.shape.length));
  return gather(source, axes.map((axis) => source.shape[axis]), (index) => {
    const from = [];
    axes.forEach((axis, place) => { from[axis] = index[place]; });
    return from;
  });
}

function swap(source, a, b) {
  const order = source.shape.map((_, axis) => axis);
  [a, b] = [axisOf(a, order.length), axisOf(b, order.length)];
  [order[a], order[b]] = [order[b], order[a]];
  return permute(source, order);
}

function insert(source, axis) {
  const shape = [...source.shape];
  shape.splice(axisOf(axis, shape.length + 1), 0, 1);
  return tensor(shape, source.data);
}

function select(source, axis, place) {
  axis = axisOf(axis, source.shape.length);
  place = axisOf(place, source.shape[axis]);
  const shape = source.shape.filter((_, each) => each !== axis);
  return gather(source, shape, (index) => [...index.slice(0, axis), place, ...index.slice(axis)]);
}

function slice(source, axis, start, end, step) {
  axis = axisOf(axis ?? 0, source.shape.length);
  const n = source.shape[axis];
  const within = (at) => Math.max(0, Math.min(axisOf(at, n), n)); // as far as there is something
  const first = within(start ?? 0), last = within(end ?? n);
  const shape = source.shape.map((m, each) => (each === axis ? Math.max(0, Math.ceil((last - first) / step)) : m));
  return gather(source, shape, (index) => index.map((i, each) => (each === axis ? first + i * step : i)));
}

function cat(tensors, axis) {
  axis = axisOf(axis ?? 0, tensors[0].shape.length);
  const starts = [], shape = [...tensors[0].shape];
  shape[axis] = tensors.reduce((sum, each) => { starts.push(sum); return sum + each.shape[axis]; }, 0);
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

function norm(source, order, axes, keep) {
  return reduce(source, axes, keep, (values) => total(values.map((x) => Math.abs(x) ** order)) ** (1 / order));
}

// The largest value is taken off first: exp of a large number is infinite.
function logsumexp(source, axes, keep) {
  return reduce(source, axes, keep, (values) => {
    const most = Math.max(...values);
    return most + Math.log(total(values.map((x) => Math.exp(x - most))));
  });
}

// --- Images: (image, channel, row, column). -----------------------------------------------------------------------
// The patches that a kernel meets: a list of places in the source's data for each, undefined in the padding.
function patches(source, [high, wide], stride, padding, dilation) {
  const [images, channels, rows, columns] = source.shape;
  const [down, across] = stride.length ? stride : [high, wide];
  const shape = [Math.floor((rows + 2 * padding[0] - dilation[0] * (high - 1) - 1) / down) + 1,
    Math.floor((columns + 2 * padding[1] - dilation[1] * (wide - 1) - 1) / across) + 1];
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

function convolution(source, weight, bias, stride, padding, dilation) {
  const [[images, channels, rows, columns], lists] = patches(source, weight.shape.slice(2), stride, padding, dilation);
  const [kernels, each, area] = [weight.shape[0], weight.shape[2] * weight.shape[3], rows * columns];
  return tensor([images, kernels, rows, columns], Array.from({ length: images * kernels * area }, (_, flat) => {
    const kernel = Math.floor(flat / area) % kernels, image = Math.floor(flat / area / kernels);
    let sum = bias ? bias.data[kernel] : 0;
    for (let channel = 0; channel < channels; channel++) {
      lists[(image * channels + channel) * area + (flat % area)].forEach((place, i) => {
        if (place !== undefined) sum += source.data[place] * weight.data[(kernel * channels + channel) * each + i];
      });
    }
    return sum;
  }));
}

function pool(source, rule, kernel, stride, padding, dilation = [1, 1]) {
  const both = (pair) => (pair.length === 1 ? [pair[0], pair[0]] : pair);
  const [shape, lists] = patches(source, both(kernel), both(stride), both(padding), both(dilation));
  return tensor(shape, lists.map((list) => rule(list.filter((place) => place !== undefined).map((place) => source.data[place]))));
}

const place = (source, axis, keep, rule) => reduce(source, axis, keep, (values) => values.indexOf(rule(...values)));
const sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : x);
const same = (x) => x;

// --- Operations, by PyTorch's names and in the order of its arguments. --------------------------------------------
const operations = {
  tensor, item: (list, place) => list[place],
  add: (a, b, alpha) => map((x, y) => x + alpha * y)(a, b),
  sub: (a, b, alpha) => map((x, y) => x - alpha * y)(a, b),
  rsub: (a, b, alpha) => map((x, y) => y - alpha * x)(a, b),
  mul: map((x, y) => x * y), div: map((x, y) => x / y), pow: map((x, y) => (y === 2 ? x * x : x ** y)),
  neg: map((x) => -x), abs: map(Math.abs), sign: map(sign), sgn: map(sign), reciprocal: map((x) => 1 / x),
  sqrt: map(Math.sqrt), exp: map(Math.exp), expm1: map(Math.expm1), log: map(Math.log), log1p: map(Math.log1p),
  sin: map(Math.sin), cos: map(Math.cos), tanh: map(Math.tanh), sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  relu: map((x) => Math.max(x, 0)), maximum: map(Math.max), minimum: map(Math.min),
  clamp: (a, low, high) => map((x) => Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity))(a),
  clamp_min: map(Math.max), clamp_max: map(Math.min),
  addmm: (bias, a, b) => operations.add(product(a, b), bias, 1),
  sigmoid_backward: map((g, y) => g * y * (1 - y)), tanh_backward: map((g, y) => g * (1 - y * y)),
  threshold_backward: (gradient, a, threshold) => map((g, x) => (x > threshold ? g : 0))(gradient, a),
  where: map((condition, x, y) => (condition ? x : y)),
  eq: map((x, y) => +(x === y)), ne: map((x, y) => +(x !== y)), gt: map((x, y) => +(x > y)),
  ge: map((x, y) => +(x >= y)), lt: map((x, y) => +(x < y)), le: map((x, y) => +(x <= y)),
  logical_and: map((x, y) => +(x && y !== 0)), logical_or: map((x, y) => +(x !== 0 || y !== 0)), logical_not: map((x) => +!x),
  sum: (a, axes, keep) => reduce(a, axes, keep, total),
  mean: (a, axes, keep) => reduce(a, axes, keep, (values) => total(values) / values.length),
  amax: (a, axes, keep) => reduce(a, axes, keep, (values) => Math.max(...values)),
  amin: (a, axes, keep) => reduce(a, axes, keep, (values) => Math.min(...values)),
  argmax: (a, axis, keep) => place(a, axis, keep, Math.max), argmin: (a, axis, keep) => place(a, axis, keep, Math.min),
  linalg_vector_norm: norm, logsumexp,
  _log_softmax: (a, axis) => operations.sub(a, logsumexp(a, axis, true), 1),
  _softmax: (a, axis) => operations.exp(operations._log_softmax(a, axis)),
  convolution, max_pool2d_with_indices: (a, ...rest) => [pool(a, (values) => Math.max(...values), ...rest)],
  avg_pool2d: (a, kernel, stride) => pool(a, (values) => total(values) / values.length, kernel, stride, [0, 0]),
  native_batch_norm: (a, weight, bias, mean, variance, training, momentum, eps) => {
    const along = (each, empty) => reshape(each ?? fill(mean.shape, empty), a.shape.map((_, axis) => (axis === 1 ? -1 : 1)));
    return [map((x, w, b, m, v) => (x - m) / Math.sqrt(v + eps) * w + b)(
      a, along(weight, 1), along(bias, 0), along(mean), along(variance))];
  },
  mm: product, mv: (a, b) => reshape(product(a, insert(b, 1)), [a.shape[0]]),
  dot: (a, b) => tensor([], [total(a.data.map((x, i) => x * b.data[i]))]),
  bmm: (a, b) => operations.stack(a.shape[0] ? Array.from({ length: a.shape[0] }, (_, i) => product(select(a, 0, i), select(b, 0, i))) : [], 0),
  t: (a) => (a.shape.length < 2 ? a : swap(a, 0, 1)), transpose: swap, permute,
  view: reshape, _unsafe_view: reshape, expand, unsqueeze: insert,
  squeeze: (a, axes) => {
    const gone = axes === null || axes === undefined ? a.shape.map((_, axis) => axis) : [axes].flat().map((axis) => axisOf(axis, a.shape.length));
    return tensor(a.shape.filter((n, axis) => n !== 1 || !gone.includes(axis)), a.data);
  },
  select, slice, cat,
  flip: (a, axes) => gather(a, a.shape, (index) => index.map((i, axis) => (axes.includes(axis) ? a.shape[axis] - 1 - i : i))),
  stack: (tensors, axis) => cat(tensors.map((each) => insert(each, axis ?? 0)), axis ?? 0),
  unbind: (a, axis) => Array.from({ length: a.shape[axisOf(axis ?? 0, a.shape.length)] }, (_, i) => select(a, axis ?? 0, i)),
  ones: (shape) => fill(shape, 1), zeros: (shape) => fill(shape, 0), full: fill,
  ones_like: (a) => fill(a.shape, 1), zeros_like: (a) => fill(a.shape, 0), full_like: (a, value) => fill(a.shape, value),
  alias: same, _to_copy: same, clone: same, detach: same, lift_fresh_copy: same,
};
// Overloads whose last argument PyTorch leaves out: an alpha of 1.
for (const name of ["add", "sub", "rsub"]) {
  const full = operations[name];
  operations[name] = (a, b, alpha) => full(a, b, alpha ?? 1);
}

export const known = Object.keys(operations);

// Replay a record with some values of the sliders, numbers or tensors: the values of each of the function's tensors.
export function replay(spec, values) {
  const results = [];
  const look = (argument) =>
    typeof argument === "string" ? results[Number(argument.slice(1))] : Array.isArray(argument) ? argument.map(look) : argument;
  for (const [name, ...args] of spec.steps) {
    results.push(name === "slider" ? scalar(values[args[0]]) : operations[name](...args.map(look)));
  }
  return spec.outputs.map((output) => Array.from(look(output).data));
}

// The values of every mark at some positions of the sliders: replayed, or looked up in the frames.
export function compute(spec, positions) {
  if (spec.frames) return spec.frames[positions.reduce((place, position, i) => place * spec.sliders[i].values.length + position, 0)];
  return replay(spec, positions.map((position, i) => Number(spec.sliders[i].values[position])));
}

// --- Drawing: the same paths that drawing.py writes. --------------------------------------------------------------
const short = (value) => String(Math.round(value * 100) / 100);

export function path(kind, [xs, ys, to], { xlim, ylim, log, plot, radius: r }) {
  const [left, right, bottom, top] = plot;
  const scale = log ? (value) => (value > 0 ? Math.log10(value) : NaN) : (value) => value ?? NaN;
  const x = (value) => left + ((value - xlim[0]) / (xlim[1] - xlim[0])) * (right - left);
  const y = (value) => bottom - ((scale(value) - scale(ylim[0])) / (scale(ylim[1]) - scale(ylim[0]))) * (bottom - top);
  if (kind === "rule") return `M${short(x(xs[0]))},${bottom}V${top}`;
  let drawn = "", pen = "M";
  xs.forEach((value, i) => {
    const at = [x(value), y(ys[i])];
    if (!Number.isFinite(at[1])) { pen = "M"; return; }
    // Far outside the frame, browsers lose precision: draw no further than that.
    const [across, up] = [at[0], Math.max(-1e5, Math.min(1e5, at[1]))];
    if (kind === "line") drawn += `${pen}${short(across)},${short(up)}`;
    if (kind === "points") drawn += `M${short(across - r)},${short(up)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
    if (kind === "segments" && Number.isFinite(y(to[i]))) drawn += `M${short(across)},${short(up)}V${short(y(to[i]))}`;
    pen = "L";
  });
  return drawn;
}

// --- The page. ----------------------------------------------------------------------------------------------------
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

let charts = 0;

export function enliven(figure) {
  if (figure.dataset.live !== undefined) return;
  figure.dataset.live = "";
  const spec = JSON.parse(figure.dataset.spec);
  const chart = charts++;
  const paths = [...figure.querySelectorAll("[data-mark]")];
  const outputs = [...figure.querySelectorAll(".live__numbers output")];
  const shown = spec.marks.map((mark, place) => ({ ...mark, place })).filter((mark) => mark.kind === "number");

  const inputs = spec.sliders.map((slider, place) => {
    const id = `live-${chart}-${slider.name}`;
    const isSwitch = typeof slider.values[0] === "boolean";
    const input = element("input", isSwitch
      ? { id, type: "checkbox", role: "switch" }
      : { id, type: "range", min: 0, max: slider.values.length - 1, step: 1 });
    input.position = () => (isSwitch ? Number(input.checked) : Number(input.value));
    input.reset = () => { if (isSwitch) input.checked = slider.start === 1; else input.value = slider.start; };
    input.say = element("output", { for: id });
    input.words = () => {
      const value = slider.values[input.position()];
      if (slider.names) return slider.names[input.position()];
      return isSwitch ? (value ? "on" : "off") : `${value}${slider.unit ? ` ${slider.unit}` : ""}`.replace("-", "−");
    };
    input.row = element("div", { class: "live__slider" }, element("label", { for: id }, slider.name.replaceAll("_", " ")), input, input.say);
    return input;
  });

  const update = () => {
    const values = compute(spec, inputs.map((input) => input.position()));
    for (const input of inputs) {
      input.say.value = input.words();
      if (input.type === "range") input.setAttribute("aria-valuetext", input.words());
    }
    let at = 0;
    const starts = spec.marks.map((mark) => { const start = at; at += mark.size; return start; });
    for (const drawn of paths) {
      const mark = spec.marks[drawn.dataset.mark], start = starts[drawn.dataset.mark];
      drawn.setAttribute("d", path(mark.kind, values.slice(start, start + mark.size), spec.axes));
    }
    shown.forEach((mark, i) => {
      const value = values[starts[mark.place]][0];
      outputs[i].value = value === null || !Number.isFinite(value) ? "too large" : value.toFixed(mark.digits).replace("-", "−");
      outputs[i].dataset.value = value;
    });
  };

  const reset = element("button", { type: "button", class: "live__reset" }, "Reset");
  reset.addEventListener("click", () => { inputs.forEach((input) => input.reset()); update(); });
  const controls = element("div", { class: "live__controls", role: "group", "aria-label": "Controls of the chart" }, ...inputs.map((input) => input.row), reset);
  let waiting = 0;
  controls.addEventListener("input", () => {
    waiting ||= requestAnimationFrame(() => { waiting = 0; update(); });
  });
  figure.querySelector(".live__picture").after(controls);
  inputs.forEach((input) => input.reset());
  update();
}
