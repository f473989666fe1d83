// Light is worked out at the vertices, which lie close enough (gl_things.py sees to it): pixels cost more.
#include frame
#include light
in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in vec4 in_colour;       // linear, as its square root; opacity
in vec4 in_finish;       // gloss, glow / 4, grain

out vec3 lit;
out vec3 shining;
#ifdef PICTURE
out vec2 uv;
#endif
#if defined(GRAIN) || defined(GLASS)
out vec3 place;
out vec3 normal;
#endif
#ifdef GRAIN
flat out float grain;
#endif
#ifdef GLASS
flat out float opacity;
#endif

void main() {
    gl_Position = clip * vec4(in_position, 1.0);
    vec3 v = normalize(eye.xyz - in_position);
    float glow = 4.0 * in_finish.y;
    vec3 light = light_at(in_position, in_normal) * max(1.0 - glow, 0.0) + glow;
    lit = in_colour.rgb * in_colour.rgb * light;
    shining = shine(in_normal, v, in_finish.x);
#ifdef PICTURE
    uv = in_uv;
#endif
#if defined(GRAIN) || defined(GLASS)
    place = in_position;
    normal = in_normal;
#endif
#ifdef GRAIN
    grain = in_finish.z;
#endif
#ifdef GLASS
    opacity = in_colour.a;
#endif
}
