// Linear light is kept as 0.8 times its square root: 8 bits then lie where the eye needs them, and lights up to
// 1.56 times white are not cut off before they are averaged.
vec3 kept(vec3 c) {
    return 0.8 * sqrt(c);
}
