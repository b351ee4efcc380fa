// GLSL functions that kernels call. Each is written once for a type T and stands for float and vec4 (or int and ivec4)
// alike; a shader gets only those that it needs.
//
// Shaders declare their output `invariant`, which keeps compilers from rearranging arithmetic: the compensated steps
// below and x − x = NaN for infinities depend on it.

/** Text per function; T, I, B and U stand for float, int, bool and uint or their four-vectors. */
const templates: Readonly<Record<string, string>> = {
  // exp(x) = 2ⁿ e^r, n = round(x / ln 2), |r| ≤ ln 2 / 2; coefficients of Cephes (Moshier) expf.
  exponential: `
T exponential(T x) {
  T bounded = clamp(x, T(-150.0), T(130.0));
  T n = floor(bounded * 1.44269504088896341 + 0.5);
  T r = (bounded - n * 0.693359375) - n * -2.12194440e-4;
  T p = ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r
    + 1.6666665459e-1) * r + 5.0000001201e-1;
  p = p * (r * r) + r + 1.0;
  I whole = I(n);
  I first = whole >> 1;
  T scaled = p * intBitsToFloat((first + 127) << 23) * intBitsToFloat((whole - first + 127) << 23);
  return choose(differs(x, x), x, scaled);
}`,
  // log(x) = e ln 2 + log(m), √½ ≤ m < √2; coefficients of Cephes logf.
  logarithm: `
T logarithm(T x) {
  B tiny = less(x, T(1.17549435e-38));
  T scaled = choose(tiny, x * 8388608.0, x);
  I bits = floatBitsToInt(scaled);
  T e = T((bits >> 23) - 126) - choose(tiny, T(23.0), T(0.0));
  T m = intBitsToFloat((bits & 0x007fffff) | 0x3f000000);
  B low = less(m, T(0.707106781186547524));
  e = choose(low, e - 1.0, e);
  m = choose(low, m + m - 1.0, m - 1.0);
  T z = m * m;
  T p = ((((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m - 1.2420140846e-1) * m
    + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m
    + 3.3333331174e-1) * m * z;
  T small = p + e * -2.12194440e-4 - 0.5 * z;
  T result = (m + small) + e * 0.693359375;
  result = choose(less(T(3.4028234e38), x), x, result);
  result = choose(equals(x, T(0.0)), T(intBitsToFloat(0xff800000)), result);
  result = choose(less(x, T(0.0)), T(intBitsToFloat(0x7fc00000)), result);
  return choose(differs(x, x), x, result);
}`,
  // Cephes tanhf: a polynomial near 0, 1 − 2 / (e^2x + 1) elsewhere.
  hyperbolicTangent: `
T hyperbolicTangent(T x) {
  T size = abs(x);
  T z = x * x;
  T near = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z
    - 3.33332819422e-1) * z * x + x;
  T far = 1.0 - 2.0 / (exponential(2.0 * size) + 1.0);
  return choose(less(size, T(0.625)), near, choose(less(x, T(0.0)), -far, far));
}`,
  logistic: `
T logistic(T x) {
  return 1.0 / (1.0 + exponential(-x));
}`,
  // The nearest multiple of π/2 is taken off in four parts; good to about 1e-6 for |x| up to 1e5.
  sineOfQuarter: `
T sineOfQuarter(T x, T quarters) {
  T n = floor(x * 0.636619772367581343 + 0.5);
  T r = (((x - n * 1.5703125) - n * 4.83751296997e-4) - n * 7.54953362e-8) - n * 2.5632829e-12;
  T z = r * r;
  T sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
  T cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
  T turn = n + quarters;
  turn = turn - 4.0 * floor(turn * 0.25);
  T size = choose(either(equals(turn, T(0.0)), equals(turn, T(2.0))), sine, cosine);
  T signed = choose(less(turn, T(1.5)), size, -size);
  return choose(differs(x - x, T(0.0)), x - x, signed);
}`,
  // x^y = 2^(y log2 x) with the logarithm kept in two floats, so that large exponents lose nothing.
  power: `
T power(T x, T y) {
  T base = abs(x);
  B tiny = less(base, T(1.17549435e-38));
  T scaled = choose(tiny, base * 8388608.0, base);
  I bits = floatBitsToInt(scaled);
  T e = T((bits >> 23) - 127) - choose(tiny, T(23.0), T(0.0));
  T m = intBitsToFloat((bits & 0x007fffff) | 0x3f800000);
  B high = less(T(1.41421356), m);
  e = choose(high, e + 1.0, e);
  m = choose(high, m * 0.5, m);
  // log(m) = 2 artanh(s), s = (m − 1) / (m + 1), as s + the rounding error of the quotient.
  T top = m - 1.0;
  T bottom = m + 1.0;
  T s = top / bottom;
  T sHigh = intBitsToFloat(floatBitsToInt(s) & 0xfffff000);
  T bottomHigh = intBitsToFloat(floatBitsToInt(bottom) & 0xfffff000);
  T bottomLow = m - (bottomHigh - 1.0);
  T sLow = ((top - sHigh * bottomHigh) - sHigh * bottomLow) / bottom;
  T z = s * s;
  T tail = ((((0.0769230769 * z + 0.0909090909) * z + 0.1111111111) * z + 0.1428571429) * z + 0.2) * z + 0.3333333333;
  // log2(m) = (2 / ln 2) (s + s³ tail)
  T cubic = s * z * tail;
  T sum = sHigh + (sLow + cubic);
  T sumLow = (sLow + cubic) - (sum - sHigh);
  T sumHigh = intBitsToFloat(floatBitsToInt(sum) & 0xfffff000);
  sumLow = sumLow + (sum - sumHigh);
  // 2 / ln 2 = 2.8847656 (11 bits) + 6.24e-4 …
  T logHigh = sumHigh * 2.884765625;
  T logLow = sumLow * 2.88539008178 + sumHigh * 6.2445678e-4;
  T l = e + logHigh;
  T lLow = (logHigh - (l - e)) + logLow;
  T whole = l + lLow;
  T wholeHigh = intBitsToFloat(floatBitsToInt(whole) & 0xfffff000);
  T wholeLow = (l - wholeHigh) + lLow;
  T yHigh = intBitsToFloat(floatBitsToInt(y) & 0xfffff000);
  T yLow = y - yHigh;
  T product = wholeHigh * yHigh;
  T productLow = (wholeHigh * yLow + wholeLow * yHigh) + wholeLow * yLow;
  T n = floor(clamp(product + productLow, T(-160.0), T(140.0)) + 0.5);
  T fraction = clamp((product - n) + productLow, T(-1.0), T(1.0));
  I exponent = I(n);
  I first = exponent >> 1;
  T size = exponential(fraction * 0.69314718056) * intBitsToFloat((first + 127) << 23)
    * intBitsToFloat((exponent - first + 127) << 23);
  T zero = T(0.0);
  T infinity = T(intBitsToFloat(0x7f800000));
  T estimate = whole * y;
  size = choose(less(T(135.0), estimate), infinity, choose(less(estimate, T(-155.0)), zero, size));
  size = choose(equals(base, infinity), choose(less(zero, y), infinity, zero), size);
  size = choose(equals(base, zero), choose(less(zero, y), zero, infinity), size);
  B endless = equals(abs(y), infinity);
  size = choose(endless, choose(equals(less(T(1.0), base), less(zero, y)), infinity, zero), size);
  size = choose(both(endless, equals(base, T(1.0))), T(1.0), size);
  T halved = y * 0.5;
  B whole2 = equals(floor(y), y);
  B odd = both(whole2, differs(floor(halved), halved));
  B negative = less(floatBitsToInt(x), I(0));
  size = choose(both(negative, odd), -size, size);
  B undefinedBase = both(both(less(x, zero), negate(whole2)), both(differs(base, infinity), negate(endless)));
  size = choose(undefinedBase, T(intBitsToFloat(0x7fc00000)), size);
  size = choose(differs(y, y), y, choose(differs(x, x), x, size));
  return choose(either(equals(y, zero), equals(x, T(1.0))), T(1.0), size);
}`,
  maximum: `
T maximum(T a, T b) {
  return choose(either(differs(a, a), less(b, a)), a, b);
}`,
  minimum: `
T minimum(T a, T b) {
  return choose(either(differs(a, a), less(a, b)), a, b);
}`,
  signOf: `
T signOf(T x) {
  return choose(less(T(0.0), x), T(1.0), choose(less(x, T(0.0)), T(-1.0), x));
}`,
}

/** Relations and choices that GLSL writes differently for scalars and vectors. */
const basics: Readonly<Record<string, string>> = {
  choose: `
float choose(bool c, float a, float b) { return c ? a : b; }
int choose(bool c, int a, int b) { return c ? a : b; }
bool choose(bool c, bool a, bool b) { return c ? a : b; }
uint choose(bool c, uint a, uint b) { return c ? a : b; }
vec4 choose(bool c, vec4 a, vec4 b) { return mix(b, a, bvec4(c)); }
ivec4 choose(bool c, ivec4 a, ivec4 b) { return c ? a : b; }
bvec4 choose(bool c, bvec4 a, bvec4 b) { return c ? a : b; }
vec4 choose(bvec4 c, vec4 a, vec4 b) { return mix(b, a, c); }
ivec4 choose(bvec4 c, ivec4 a, ivec4 b) {
  return ivec4(c.x ? a.x : b.x, c.y ? a.y : b.y, c.z ? a.z : b.z, c.w ? a.w : b.w);
}
uvec4 choose(bvec4 c, uvec4 a, uvec4 b) {
  return uvec4(c.x ? a.x : b.x, c.y ? a.y : b.y, c.z ? a.z : b.z, c.w ? a.w : b.w);
}
bvec4 choose(bvec4 c, bvec4 a, bvec4 b) {
  return bvec4(c.x ? a.x : b.x, c.y ? a.y : b.y, c.z ? a.z : b.z, c.w ? a.w : b.w);
}`,
  less: `
bool less(float a, float b) { return a < b; }
bool less(int a, int b) { return a < b; }
bvec4 less(vec4 a, vec4 b) { return lessThan(a, b); }
bvec4 less(ivec4 a, ivec4 b) { return lessThan(a, b); }`,
  atMost: `
bool atMost(float a, float b) { return a <= b; }
bool atMost(int a, int b) { return a <= b; }
bvec4 atMost(vec4 a, vec4 b) { return lessThanEqual(a, b); }
bvec4 atMost(ivec4 a, ivec4 b) { return lessThanEqual(a, b); }`,
  equals: `
bool equals(float a, float b) { return a == b; }
bool equals(int a, int b) { return a == b; }
bool equals(bool a, bool b) { return a == b; }
bvec4 equals(vec4 a, vec4 b) { return equal(a, b); }
bvec4 equals(ivec4 a, ivec4 b) { return equal(a, b); }
bvec4 equals(bvec4 a, bvec4 b) { return equal(a, b); }`,
  differs: `
bool differs(float a, float b) { return a != b; }
bool differs(int a, int b) { return a != b; }
bool differs(bool a, bool b) { return a != b; }
bvec4 differs(vec4 a, vec4 b) { return notEqual(a, b); }
bvec4 differs(ivec4 a, ivec4 b) { return notEqual(a, b); }
bvec4 differs(bvec4 a, bvec4 b) { return notEqual(a, b); }`,
  both: `
bool both(bool a, bool b) { return a && b; }
bvec4 both(bvec4 a, bvec4 b) { return bvec4(a.x && b.x, a.y && b.y, a.z && b.z, a.w && b.w); }`,
  either: `
bool either(bool a, bool b) { return a || b; }
bvec4 either(bvec4 a, bvec4 b) { return bvec4(a.x || b.x, a.y || b.y, a.z || b.z, a.w || b.w); }`,
  negate: `
bool negate(bool a) { return !a; }
bvec4 negate(bvec4 a) { return not(a); }`,
  // Component c of a texel.
  pick: `
float pick(vec4 v, int c) { return c < 2 ? (c == 0 ? v.x : v.y) : (c == 2 ? v.z : v.w); }
int pick(ivec4 v, int c) { return c < 2 ? (c == 0 ? v.x : v.y) : (c == 2 ? v.z : v.w); }`,
  // Four elements that start at component c of texel a and go on into b.
  straddle: `
vec4 straddle(vec4 a, vec4 b, int c) {
  return c < 2 ? (c == 0 ? a : vec4(a.yzw, b.x)) : (c == 2 ? vec4(a.zw, b.xy) : vec4(a.w, b.xyz));
}
ivec4 straddle(ivec4 a, ivec4 b, int c) {
  return c < 2 ? (c == 0 ? a : ivec4(a.yzw, b.x)) : (c == 2 ? ivec4(a.zw, b.xy) : ivec4(a.w, b.xyz));
}`,
  threefry: threefrySource('uint') + threefrySource('uvec4'),
}

/** Threefry-2x32-20 (Salmon et al., 2011), one block for each component; word 0 or 1 of it by `second`. */
function threefrySource(type: 'uint' | 'uvec4'): string {
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24]
  const lines: string[] = []
  for (let round = 0; round < 20; round++) {
    const left = rotations[round % 8] as number
    lines.push(`a += b; b = ((b << ${left}) | (b >> ${32 - left})) ^ a;`)
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      lines.push(`a += key${injection % 3}; b += key${(injection + 1) % 3} + ${injection}u;`)
    }
  }
  const boolean = type === 'uint' ? 'bool' : 'bvec4'
  return `
${type} threefry(uint key0, uint key1, uint high, ${type} low, ${boolean} second) {
  uint key2 = 0x1bd11bdau ^ key0 ^ key1;
  ${type} a = ${type}(high + key0);
  ${type} b = low + key1;
  ${lines.join('\n  ')}
  return choose(second, b, a);
}`
}

const scalarTypes: Readonly<Record<string, string>> = { T: 'float', I: 'int', B: 'bool' }
const vectorTypes: Readonly<Record<string, string>> = { T: 'vec4', I: 'ivec4', B: 'bvec4' }

function instantiate(template: string, types: Readonly<Record<string, string>>): string {
  return template.replace(/\b[TIB]\b/g, (name) => types[name] as string).replace(/\/\/.*$/gm, '')
}

/** The functions that some GLSL text calls, in an order in which each stands before its callers. */
export function functionsFor(text: string): string {
  const chosen = new Map<string, string>()
  const visit = (source: string): void => {
    for (const [name] of source.matchAll(/\b[a-z][A-Za-z0-9]*(?=\()/g)) {
      if (chosen.has(name)) continue
      const template = templates[name]
      const body = template
        ? instantiate(template, scalarTypes) + instantiate(template, vectorTypes)
        : (basics[name] ?? undefined)
      if (body === undefined) continue
      chosen.set(name, '')
      visit(body.slice(1))
      chosen.delete(name)
      chosen.set(name, body)
    }
  }
  visit(text)
  return [...chosen.values()].join('')
}
