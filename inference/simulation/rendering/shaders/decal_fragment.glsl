// What the floor's light is multiplied by.
#include frame
uniform sampler2D map;       // contact shade, cast shadow
uniform sampler2D map_below;
uniform vec2 blur;           // of the cast shadow, in widths of the map
uniform vec2 blur_below;
uniform bool is_first;       // nothing was laid before
in vec2 at;
in vec2 at_below;
layout(location = 0) out vec4 factor;

float thrown(sampler2D map, vec2 at, vec2 blur) {
    return 0.25 * (texture(map, at + blur * vec2(0.5, 1.0)).g + texture(map, at + blur * vec2(-1.0, 0.5)).g
        + texture(map, at + blur * vec2(-0.5, -1.0)).g + texture(map, at + blur * vec2(1.0, -0.5)).g);
}

float left(float contact, float cast_share) {
    return (1.0 - horizon.w * contact) * (1.0 - sun.w * cast_share);
}

void main() {
    float contact = texture(map, at).r;
    float shadow = thrown(map, at, blur);
    float before = 1.0;
    if (!is_first) {
        float contact_below = texture(map_below, at_below).r;
        float shadow_below = thrown(map_below, at_below, blur_below);
        before = left(contact_below, shadow_below);
        contact = max(contact, contact_below);
        shadow = max(shadow, shadow_below);
    }
    factor = vec4(sqrt(left(contact, shadow) / max(before, 1e-3)));
}
