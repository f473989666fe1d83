uniform mat4 to_map;
in vec3 in_position;

void main() {
    gl_Position = to_map * vec4(in_position, 1.0);
}
