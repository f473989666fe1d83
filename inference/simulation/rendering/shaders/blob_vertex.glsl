// Soft shade about a rectangle on the floor, drawn into the shade map.
uniform mat4 to_map;
in vec4 in_middle;       // x, y; cosine and sine of the heading
in vec4 in_extent;       // half length, half width, reach beyond them, darkness
out vec2 from_middle;
flat out vec4 extent;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    from_middle = corner * (in_extent.xy + in_extent.z);
    vec2 axis = in_middle.zw;
    vec2 place = in_middle.xy + from_middle.x * axis + from_middle.y * vec2(-axis.y, axis.x);
    extent = in_extent;
    gl_Position = to_map * vec4(place, 0.0, 1.0);
}
