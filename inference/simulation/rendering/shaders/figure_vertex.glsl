// A figure moved by its bones, in the light or as the shadow that it throws.
#ifndef SHADOW
#include frame
#include light
#endif
uniform vec4 bones[3 * BONES];   // three rows for each bone
in vec3 in_position;
in vec4 in_weight;
in uvec4 in_bone;

#ifdef SHADOW
uniform mat4 to_map;
#else
uniform vec4 looks[PARTS];       // of each part: linear colour, gloss
uniform vec4 seconds[PARTS];     // of each part: second colour, periods of the pattern in a metre
uniform vec4 layouts[PARTS];     // of each part: pattern, lowest and highest place of the part, metres
in vec3 in_normal;
in vec4 in_tint;                 // square root of a linear colour
in uvec4 in_part;
out vec3 lit;
out vec3 shining;
out vec3 rest;
flat out vec3 first;
flat out vec4 second;
flat out vec4 laid;              // pattern, lowest, highest, part
#endif

void main() {
    vec4 x = vec4(0.0), y = vec4(0.0), z = vec4(0.0);
    for (int i = 0; i < 4; ++i) {
        int row = 3 * int(in_bone[i]);
        x += in_weight[i] * bones[row];
        y += in_weight[i] * bones[row + 1];
        z += in_weight[i] * bones[row + 2];
    }
    vec4 p = vec4(in_position, 1.0);
    vec3 place = vec3(dot(x, p), dot(y, p), dot(z, p));
#ifdef SHADOW
    gl_Position = to_map * vec4(place, 1.0);
#else
    gl_Position = clip * vec4(place, 1.0);
    vec3 n = normalize(vec3(dot(x.xyz, in_normal), dot(y.xyz, in_normal), dot(z.xyz, in_normal)));
    vec3 v = normalize(eye.xyz - place);
    int part = int(in_part.x);
    lit = in_tint.rgb * in_tint.rgb * light_at(place, n);
    shining = shine(n, v, looks[part].a) * in_tint.g;
    rest = in_position;
    first = looks[part].rgb;
    second = seconds[part];
    laid = vec4(layouts[part].xyz, float(part));
#endif
}
