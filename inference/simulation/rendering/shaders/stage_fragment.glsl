#include frame
#include colour
#ifdef GLASS
#include light
in vec3 place;
in vec3 normal;
flat in float opacity;
#elif defined(GRAIN)
in vec3 place;
in vec3 normal;
#endif
#ifdef GRAIN
uniform sampler2D noise;     // fine structure, blots; 0.5 in the mean
flat in float grain;
#endif
#ifdef PICTURE
uniform sampler2D picture;   // square roots of linear colours
in vec2 uv;
#endif
in vec3 lit;
in vec3 shining;
layout(location = 0) out vec4 shaded;

void main() {
    vec3 seen = lit;
#ifdef PICTURE
    vec3 print = texture(picture, uv).rgb;
    seen *= print * print;
#endif
#ifdef GRAIN
    // The noise lies on the surface along the two axes that it faces least.
    vec3 a = abs(normal);
    vec2 q = a.z > max(a.x, a.y) ? place.xy : (a.x > a.y ? place.yz : place.xz);
    vec2 uneven = texture(noise, q * 0.37).rg;
    seen *= max(1.0 + grain * (1.3 * uneven.r + 0.7 * uneven.g - 1.0), 0.0);
#endif
#ifdef GLASS
    vec3 n = normalize(normal);
    vec3 v = normalize(eye.xyz - place);
    float away = 1.0 - abs(dot(n, v));
    float fresnel = 0.04 + 0.9 * away * away * away * away * away;
    float alpha = mix(opacity, 1.0, fresnel);
    vec3 mixed = mix(seen * opacity, surroundings(reflect(-v, n)), fresnel) + shining;
    shaded = vec4(kept(mixed / max(alpha, 1e-3)) * alpha, alpha);
#else
    shaded = vec4(kept(seen + shining), 1.0);
#endif
}
