in vec2 from_middle;
flat in vec4 extent;
layout(location = 0) out vec4 shade;

void main() {
    float near = 1.0 - min(length(max(abs(from_middle) - extent.xy, 0.0)) / extent.z, 1.0);
    shade = vec4(extent.w * near * near, 0.0, 0.0, 0.0);
}
