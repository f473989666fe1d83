// A shade map laid on the floor, in those of its cells where there is shade.
#include frame
uniform vec4 area;           // x, y of the lower corner; width, depth
uniform vec4 area_below;     // the same of the map that was laid before
uniform float lift;
in vec4 in_cell;             // corners, 0 to 1
out vec2 at;
out vec2 at_below;

void main() {
    at = mix(in_cell.xy, in_cell.zw, vec2(gl_VertexID & 1, gl_VertexID >> 1));
    vec2 place = area.xy + at * area.zw;
    at_below = (place - area_below.xy) / area_below.zw;
    gl_Position = clip * vec4(place, lift, 1.0);
}
